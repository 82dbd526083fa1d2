using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.IO;
using System.Linq;
using System.Threading;
using LanPeer.Tests.Engine;
using Xunit;

namespace LanPeer.Tests.Interop;

/// <summary>
/// Hosts played by network namespaces of Linux, on one Ethernet that is connected to nothing else. What runs in them is
/// on a network of its own, so it need not be confined to loopback.
/// </summary>
internal sealed class NamespaceLab : IDisposable
{
    /// <summary>Where iproute2 keeps the names.</summary>
    private const string Folder = "/run/netns";

    private static int s_count;

    private readonly List<string> _namespaces = [];
    private string? _hub;
    private int _links;

    public NamespaceLab()
    {
        if (!OperatingSystem.IsLinux())
        {
            Assert.Skip("Network namespaces are a thing of Linux.");
        }

        if (!Environment.IsPrivilegedProcess)
        {
            Assert.Skip("Making network namespaces takes root.");
        }

        if (!((string[])["/sbin/ip", "/usr/sbin/ip", "/bin/ip", "/usr/bin/ip"]).Any(File.Exists))
        {
            Assert.Skip("The command 'ip' (iproute2) is not installed.");
        }

        RemoveLeftovers();
        string probe = NewName();
        if (TryRun("netns", "add", probe) is string problem)
        {
            Assert.Skip($"This root may not make network namespaces: {problem}");
        }

        _namespaces.Add(probe);
        First = probe;
        Run("-n", probe, "link", "set", "lo", "up");
    }

    /// <summary>The host every lab has, without any link but lo.</summary>
    public string First { get; }

    /// <summary>Adds a host with no link but lo.</summary>
    public string AddHost()
    {
        string name = NewName();
        Run("netns", "add", name);
        _namespaces.Add(name);
        Run("-n", name, "link", "set", "lo", "up");
        return name;
    }

    /// <summary>Links two hosts by a cable of their own.</summary>
    /// <returns>The other host's end.</returns>
    public string Link((string Host, string Address) one, (string Host, string Address) other)
    {
        string left = $"eth{_links++}";
        string right = $"eth{_links++}";
        Run("link", "add", left, "netns", one.Host, "type", "veth", "peer", "name", right, "netns", other.Host);
        Configure(one.Host, left, one.Address);
        Configure(other.Host, right, other.Address);
        WaitForCarrier(one.Host, left);
        WaitForCarrier(other.Host, right);
        return right;
    }

    /// <summary>Takes the cable out: the far end has its address still, and no carrier.</summary>
    public static void Unplug(string host, string link) => Run("-n", host, "link", "set", link, "down");

    public static void PlugIn(string host, string link) => Run("-n", host, "link", "set", link, "up");

    /// <summary>Links a host to the switch that all hosts of this lab share.</summary>
    public void Plug(string host, string address)
    {
        if (_hub is null)
        {
            _hub = AddHost();
            Run("-n", _hub, "link", "add", "br0", "type", "bridge");
            Run("-n", _hub, "link", "set", "br0", "up");
        }

        string inside = $"eth{_links++}";
        string port = $"port{_links++}";
        Run("link", "add", inside, "netns", host, "type", "veth", "peer", "name", port, "netns", _hub);
        Run("-n", _hub, "link", "set", port, "master", "br0", "up");
        Configure(host, inside, address);
        WaitForCarrier(host, inside);
    }

    /// <summary>Gives a host a default route into its own network, which the seed's program needs to find its address.</summary>
    public static void AddDefaultRoute(string host, string via) => Run("-n", host, "route", "add", "default", "via", via);

    /// <summary>Makes a host a router between its links.</summary>
    public static void Forward(string host) => Run("netns", "exec", host, "sh", "-c", "echo 1 > /proc/sys/net/ipv4/ip_forward");

    public void Dispose()
    {
        foreach (string name in _namespaces)
        {
            // The links go with their namespaces.
            TryRun("netns", "del", name);
        }

        Assert.DoesNotContain(_namespaces, name => File.Exists(Path.Combine(Folder, name)));
    }

    /// <summary>A test process that was killed could not clear away what it had made.</summary>
    private static void RemoveLeftovers()
    {
        foreach (string path in Directory.Exists(Folder) ? Directory.GetFiles(Folder, "lpt*") : [])
        {
            string name = Path.GetFileName(path);
            string process = new([.. name[3..].TakeWhile(char.IsAsciiDigit)]);
            if (process.Length > 0 && !Directory.Exists($"/proc/{process}"))
            {
                TryRun("netns", "del", name);
            }
        }
    }

    private static void Configure(string host, string link, string address)
    {
        Run("-n", host, "addr", "add", address + "/24", "broadcast", "+", "dev", link);
        Run("-n", host, "link", "set", link, "up");
    }

    /// <summary>The kernel takes up to a second to say that a cable is in.</summary>
    private static void WaitForCarrier(string host, string link) => Wait.Until(
        () => TryRun(out string state, "-n", host, "-br", "link", "show", "dev", link) is null && state.Contains(" UP ", StringComparison.Ordinal),
        $"{link} of {host} is up");

    private static string NewName() => $"lpt{Environment.ProcessId}{(char)('a' + (Interlocked.Increment(ref s_count) % 26))}{s_count}";

    private static void Run(params string[] arguments)
    {
        if (TryRun(arguments) is string problem)
        {
            throw new InvalidOperationException($"ip {string.Join(' ', arguments)}: {problem}");
        }
    }

    /// <returns>Null, or what it complains about.</returns>
    private static string? TryRun(params string[] arguments) => TryRun(out _, arguments);

    private static string? TryRun(out string output, params string[] arguments)
    {
        using Process process = Process.Start(new ProcessStartInfo("ip", arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        output = process.StandardOutput.ReadToEnd();
        string problem = process.StandardError.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode == 0 ? null : problem.Trim();
    }
}
