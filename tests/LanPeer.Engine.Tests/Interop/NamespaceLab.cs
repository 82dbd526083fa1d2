using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.Globalization;
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
    private readonly Dictionary<string, string> _switches = [];
    private readonly Dictionary<string, (string Switch, string Port)> _ports = [];
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

        if (!IsInstalled("ip"))
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

    /// <summary>Links a host to the switch that all hosts of its network, the first three numbers of the address, share.</summary>
    /// <returns>The host's end.</returns>
    public string Plug(string host, string address)
    {
        string network = address[..address.LastIndexOf('.')];
        if (!_switches.TryGetValue(network, out string? hub))
        {
            _switches[network] = hub = AddHost();
            Run("-n", hub, "link", "add", "br0", "type", "bridge");
            Run("-n", hub, "link", "set", "br0", "up");
        }

        string inside = $"eth{_links++}";
        string port = $"port{_links++}";
        Run("link", "add", inside, "netns", host, "type", "veth", "peer", "name", port, "netns", hub);
        Run("-n", hub, "link", "set", port, "master", "br0", "up");
        Configure(host, inside, address);
        WaitForCarrier(host, inside);
        _ports[inside] = (hub, port);
        return inside;
    }

    /// <summary>The switch passes on nothing from or to this link any more. The host sees a carrier, and silence.</summary>
    public void Isolate(string link) => Run("-n", _ports[link].Switch, "link", "set", _ports[link].Port, "nomaster");

    public void Reconnect(string link) => Run("-n", _ports[link].Switch, "link", "set", _ports[link].Port, "master", "br0");

    /// <summary>The host loses this share of the UDP datagrams that come to it, each by chance. Skips the test where that cannot be had.</summary>
    public static void LoseAtRandom(string host, int percent)
    {
        if (!IsInstalled("nft"))
        {
            Assert.Skip("The command 'nft' (nftables) is not installed.");
        }

        string rules = "add table ip loss; add chain ip loss input { type filter hook input priority 0; }; "
            + $"add rule ip loss input meta l4proto udp numgen random mod 100 < {percent} counter drop";
        if (TryRun("netns", "exec", host, "nft", rules) is string problem)
        {
            Assert.Skip($"This kernel does not lose datagrams at random: {problem}");
        }
    }

    /// <summary>How many datagrams that has taken.</summary>
    public static int CountLost(string host)
    {
        Assert.Null(TryRun(out string rules, "netns", "exec", host, "nft", "list", "chain", "ip", "loss", "input"));
        string[] words = rules.Split(' ');
        return int.Parse(words[Array.IndexOf(words, "packets") + 1], CultureInfo.InvariantCulture);
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

    private static bool IsInstalled(string command)
        => ((string[])["/sbin", "/usr/sbin", "/bin", "/usr/bin"]).Any(folder => File.Exists(Path.Combine(folder, command)));

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
