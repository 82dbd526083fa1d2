using System;
using System.IO;
using System.Runtime.CompilerServices;

namespace LanPeer.Cmdlets.Tests;

/// <summary>Confines this process, and all it starts, to loopback and to a state folder of its own, before any test runs.</summary>
internal static class TestEnvironment
{
    [ModuleInitializer]
    internal static void Confine()
    {
        Environment.SetEnvironmentVariable("LANPEER_NETWORK", "loopback");
        Environment.SetEnvironmentVariable("NO_COLOR", "1");
        string state = Directory.CreateTempSubdirectory("lanpeer-cmdlets-").FullName;
        Environment.SetEnvironmentVariable("LANPEER_STATE", state);
        AppDomain.CurrentDomain.ProcessExit += (_, _) => Directory.Delete(state, recursive: true);
    }
}
