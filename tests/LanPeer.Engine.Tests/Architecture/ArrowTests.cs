using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Reflection;
using Xunit;

namespace LanPeer.Tests.Architecture;

/// <summary>The arrows between the folders of the Engine run one way (DESIGN §2).</summary>
public sealed class ArrowTests
{
    private static readonly Assembly s_engine = typeof(LanSession).Assembly;

    private static readonly Dictionary<string, HashSet<string>> s_uses = s_engine.GetTypes()
        .GroupBy(type => Folder(type.Namespace) ?? "")
        .ToDictionary(group => group.Key, group => group.SelectMany(References.Of).ToHashSet());

    [Fact]
    public void Every_type_lives_in_one_of_the_six_folders()
    {
        Assert.All((string[])["Protocol", "Root", "Security", "State", "Transport", "Wire"], folder => Assert.True(s_uses.ContainsKey(folder)));

        // What the compiler adds lives nowhere, or where its attributes do.
        Assert.All(s_engine.GetTypes().Where(type => Folder(type.Namespace) is null),
            type => Assert.True(type.Namespace is null or "System.Runtime.CompilerServices" or "Microsoft.CodeAnalysis", type.FullName));
    }

    [Theory]
    [InlineData("Wire", "Wire")]
    [InlineData("Security", "Security Wire")]
    [InlineData("Protocol", "Protocol Security Wire")]
    [InlineData("Transport", "Transport Protocol Wire")]
    [InlineData("State", "State Security Wire")]
    [InlineData("Root", "Root Protocol Security State Transport Wire")]
    public void A_folder_uses_only_what_is_below_it(string folder, string allowed)
    {
        IEnumerable<string> others = s_uses[folder].Where(used => Folder(used) is string other && !allowed.Split(' ').Contains(other));

        Assert.Empty(others);
    }

    [Fact]
    public void Only_the_root_uses_Transport()
        => Assert.Equal(["Root", "Transport"], s_uses.Where(pair => pair.Value.Any(used => Folder(used) == "Transport")).Select(pair => pair.Key).Order());

    [Fact]
    public void Only_the_root_uses_State()
        => Assert.DoesNotContain(s_uses.Where(pair => pair.Key is not ("Root" or "State")).SelectMany(pair => pair.Value), used => Folder(used) == "State");

    [Fact]
    public void Files_are_touched_by_State_Transport_and_the_root_alone()
        => Assert.DoesNotContain(s_uses.Where(pair => pair.Key is "Protocol" or "Security" or "Wire").SelectMany(pair => pair.Value),
            used => used.StartsWith("System.IO.", StringComparison.Ordinal));

    [Theory]
    [InlineData("System.Net.")]
    [InlineData("System.Threading.")]
    [InlineData("System.IO.")]
    [InlineData("System.Console")]
    [InlineData("System.DateTime.get_Now")]
    [InlineData("System.DateTime.get_UtcNow")]
    [InlineData("System.DateTimeOffset.get_Now")]
    [InlineData("System.DateTimeOffset.get_UtcNow")]
    [InlineData("System.TimeProvider")]
    [InlineData("System.Environment")]
    [InlineData("System.Random")]
    [InlineData("System.Guid.NewGuid")]
    [InlineData("System.Diagnostics.Stopwatch")]
    [InlineData("System.Security.Cryptography.RandomNumberGenerator")]
    public void Protocol_and_Wire_do_no_IO_and_have_no_clock_no_chance_and_no_threads(string forbidden)
        => Assert.DoesNotContain(s_uses["Protocol"].Concat(s_uses["Wire"]), used => used.StartsWith(forbidden, StringComparison.Ordinal));

    [Fact]
    public void Only_Transport_and_the_root_touch_sockets()
        => Assert.Equal(["Root", "Transport"], s_uses.Where(pair => pair.Value.Any(used => used.StartsWith("System.Net.Sockets.", StringComparison.Ordinal)))
            .Select(pair => pair.Key).Order());

    [Fact]
    public void Sending_and_receiving_happen_in_Transport_alone()
        => Assert.DoesNotContain(s_uses.Where(pair => pair.Key != "Transport").SelectMany(pair => pair.Value),
            used => used.StartsWith("System.Net.Sockets.Socket.", StringComparison.Ordinal) || used.StartsWith("System.Net.Sockets.UdpClient", StringComparison.Ordinal));

    [Fact]
    public void The_Engine_needs_nothing_but_the_BCL()
    {
        string runtime = Path.GetDirectoryName(typeof(object).Assembly.Location)!;

        Assert.NotEmpty(s_engine.GetReferencedAssemblies());
        Assert.All(s_engine.GetReferencedAssemblies(), name =>
        {
            Assert.StartsWith("System", name.Name, StringComparison.Ordinal);
            Assert.DoesNotContain("Management.Automation", name.Name!, StringComparison.Ordinal);
            Assert.True(File.Exists(Path.Combine(runtime, name.Name + ".dll")), $"{name.Name} is no part of the runtime");
        });
    }

    [Fact]
    public void Types_that_no_user_holds_are_internal_and_all_are_sealed()
    {
        Type[] types = s_engine.GetTypes().Where(type => type.Namespace?.StartsWith("LanPeer", StringComparison.Ordinal) == true && type.IsClass).ToArray();

        Assert.DoesNotContain(types, type => type.IsVisible && Folder(type.Namespace) != "Root");
        Assert.DoesNotContain(types, type => !type.IsSealed && !type.IsAbstract);
    }

    [Fact]
    public void The_scan_sees_what_is_only_in_bodies_lambdas_iterators_and_type_arguments()
    {
        HashSet<string> seen = typeof(Sample).GetNestedTypes(BindingFlags.NonPublic).Append(typeof(Sample)).SelectMany(References.Of).ToHashSet();

        Assert.Contains("System.DateTime.get_UtcNow", seen);
        Assert.Contains("System.Diagnostics.Stopwatch.GetTimestamp", seen);
        Assert.Contains("System.Environment.get_TickCount64", seen);
        Assert.Contains("System.Text.StringBuilder", seen);
        Assert.Contains("System.IO.IOException", seen);
        Assert.Contains(s_uses["Root"], used => used == "LanPeer.Transport.UdpPort.Send");
        Assert.Contains(s_uses["Protocol"], used => used == "LanPeer.Wire.MessageWriter.Announcement");
    }

    /// <summary>The folder a namespace, or a member in it, belongs to; null for what is not the Engine's.</summary>
    private static string? Folder(string? name)
    {
        if (name is null || (name != "LanPeer" && !name.StartsWith("LanPeer.", StringComparison.Ordinal)))
        {
            return null;
        }

        string[] parts = name.Split('.');
        return parts.Length > 1 && parts[1] is "Wire" or "Protocol" or "Security" or "State" or "Transport" ? parts[1] : "Root";
    }

    private static class Sample
    {
        public static IEnumerable<long> Iterate()
        {
            yield return DateTime.UtcNow.Ticks;
        }

        public static Func<long> Lambda() => static () => System.Diagnostics.Stopwatch.GetTimestamp();

        public static int Argument() => new List<Dictionary<int, System.Text.StringBuilder[]>>().Count;

        public static long Body(int i)
        {
            try
            {
                switch (i)
                {
                    case 1:
                        return 1;
                    case 2:
                        return Environment.TickCount64;
                    case 3:
                        return 3;
                }
            }
            catch (IOException)
            {
                return 0;
            }

            return 4;
        }
    }
}
