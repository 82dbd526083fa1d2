using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Text;
using System.Text.Json;
using System.Threading;
using LanPeer.Tests.Engine;
using Xunit;

namespace LanPeer.Tests.Interop;

/// <summary>A peer in a process of its own, ours or the stand-in: commands in, lines of JSON out.</summary>
internal sealed class ChildPeer : IDisposable
{
    private readonly Process _process;
    private readonly List<JsonElement> _lines = [];
    private readonly StringBuilder _errors = new();
    private bool _isAtEnd;

    private ChildPeer(ProcessStartInfo start)
    {
        start.RedirectStandardInput = start.RedirectStandardOutput = start.RedirectStandardError = true;
        start.StandardInputEncoding = start.StandardOutputEncoding = new UTF8Encoding(false);
        _process = Process.Start(start)!;
        new Thread(ReadLines) { IsBackground = true }.Start();
        _process.ErrorDataReceived += (_, line) =>
        {
            lock (_errors)
            {
                _errors.AppendLine(line.Data);
            }
        };
        _process.BeginErrorReadLine();
    }

    public string UserId { get; private set; } = "";

    /// <summary>Who a LanPeer session is; empty for the stand-in.</summary>
    public string PeerId { get; private set; } = "";

    public int Port { get; private set; }

    public int ProcessId => _process.Id;

    /// <summary>A LanPeer session confined to loopback.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="discoveryPort">Where it announces itself.</param>
    /// <param name="statePath">Where it keeps who it is; null for an identity of this run alone.</param>
    /// <param name="mayFail">Whether to return without waiting for its start.</param>
    public static ChildPeer Engine(string name, int discoveryPort, string? statePath = null, bool mayFail = false)
        => Start(Dotnet("LanPeer.EnginePeer.dll",
            [
                "--name", name, "--network", "Loopback", "--discovery-port", discoveryPort.ToString(CultureInfo.InvariantCulture),
                .. statePath is null ? (string[])["--ephemeral", "true"] : ["--state-path", statePath],
            ]), mayFail);

    /// <summary>One of the two programs in a network namespace, where it is free to use the whole network.</summary>
    public static ChildPeer InNamespace(string network, string program, params string[] arguments)
    {
        ProcessStartInfo start = Dotnet(program, arguments);
        List<string> inner = [start.FileName, .. start.ArgumentList];
        start.FileName = "ip";
        start.ArgumentList.Clear();
        foreach (string argument in (string[])["netns", "exec", network, .. inner])
        {
            start.ArgumentList.Add(argument);
        }

        // Namespaces separate networks, not files: each is a machine of its own only with a state folder of its own.
        start.Environment.Remove("LANPEER_NETWORK");
        start.Environment["LANPEER_STATE"] = Path.Combine(TestEnvironment.StateFolder, network);
        return Start(start, mayFail: false);
    }

    public void Tell(string command)
    {
        _process.StandardInput.WriteLine(command);
        _process.StandardInput.Flush();
    }

    /// <summary>Waits for the next line about this event that fits, and takes it.</summary>
    public JsonElement Next(string name, Func<JsonElement, bool>? fits = null)
    {
        long began = Stopwatch.GetTimestamp();
        lock (_lines)
        {
            while (true)
            {
                int index = _lines.FindIndex(line => line.GetProperty("event").GetString() == name && fits?.Invoke(line) != false);
                if (index >= 0)
                {
                    JsonElement found = _lines[index];
                    _lines.RemoveAt(index);
                    return found;
                }

                TimeSpan left = Wait.Long - Stopwatch.GetElapsedTime(began);
                Assert.True(left > TimeSpan.Zero && !_isAtEnd,
                    $"{UserId} never told '{name}'. It told: {string.Join("\n", _lines)}\n{_errors}");
                Monitor.Wait(_lines, left);
            }
        }
    }

    /// <summary>Whether it has told of such an event that nobody took yet.</summary>
    public bool HasTold(string name)
    {
        lock (_lines)
        {
            return _lines.Exists(line => line.GetProperty("event").GetString() == name);
        }
    }

    /// <summary>The ids the peer knows now and where it thinks they are.</summary>
    public Dictionary<string, JsonElement> Peers(string command)
    {
        Tell(command);
        return Next("peers").GetProperty("peers").EnumerateArray().ToDictionary(peer => peer.GetProperty("id").GetString()!);
    }

    public void WaitToKnow(string userId, string command = "PEERS")
        => Wait.Until(() => Peers(command).ContainsKey(userId), $"{UserId} hears of {userId}");

    /// <summary>Sends the process a signal of Unix: STOP, CONT.</summary>
    public void Signal(string name)
    {
        using Process kill = Process.Start("kill", ["-" + name, ProcessId.ToString(CultureInfo.InvariantCulture)]);
        kill.WaitForExit();
        Assert.Equal(0, kill.ExitCode);
    }

    public void CloseInput() => _process.StandardInput.Close();

    /// <summary>Waits for its end.</summary>
    public int ExitCode()
    {
        Assert.True(_process.WaitForExit(Wait.Long), $"{UserId} does not end");
        return _process.ExitCode;
    }

    public void Kill()
    {
        _process.Kill(entireProcessTree: true);
        Assert.True(_process.WaitForExit(Wait.Long));
    }

    public void Dispose()
    {
        if (!_process.HasExited)
        {
            _process.Kill(entireProcessTree: true);
            _process.WaitForExit(Wait.Long);
        }

        _process.Dispose();
    }

    private static ChildPeer Start(ProcessStartInfo start, bool mayFail)
    {
        var peer = new ChildPeer(start);
        if (!mayFail)
        {
            JsonElement started = peer.Next("started");
            peer.UserId = started.GetProperty("userId").GetString()!;
            peer.PeerId = started.TryGetProperty("peerId", out JsonElement id) ? id.GetString()! : "";
            peer.Port = started.GetProperty("port").GetInt32();
        }

        return peer;
    }

    private static ProcessStartInfo Dotnet(string program, params string[] arguments)
    {
        // The host this very process runs on; what is first in PATH may be another one.
        string host = Environment.ProcessPath is string path && Path.GetFileNameWithoutExtension(path) == "dotnet" ? path : "dotnet";
        return new ProcessStartInfo(host, [Path.Combine(AppContext.BaseDirectory, program), .. arguments]);
    }

    private void ReadLines()
    {
        while (_process.StandardOutput.ReadLine() is string line)
        {
            lock (_lines)
            {
                _lines.Add(JsonDocument.Parse(line).RootElement);
                Monitor.PulseAll(_lines);
            }
        }

        lock (_lines)
        {
            _isAtEnd = true;
            Monitor.PulseAll(_lines);
        }
    }
}
