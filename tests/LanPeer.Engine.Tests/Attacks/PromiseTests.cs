using System.IO;
using System.Linq;
using System.Text.RegularExpressions;
using LanPeer.Tests.Wire;
using Xunit;

namespace LanPeer.Tests.Attacks;

/// <summary>SECURITY.md names for each promise the tests that hold it; they exist.</summary>
public sealed partial class PromiseTests
{
    [Fact]
    public void Every_test_that_is_named_is_there()
    {
        string[] named = [.. Name().Matches(File.ReadAllText(Path.Combine(VectorFile.Folder, "SECURITY.md"))).Select(match => match.Groups[1].Value).Distinct()];

        // These are about commands, and live in LanPeer.Cmdlets.Tests.
        string[] existing = [.. typeof(PromiseTests).Assembly.GetTypes().Select(type => type.Name), "HostilePeerTests", "DataTests"];

        Assert.True(named.Length > 10);
        Assert.Empty(named.Except(existing));
    }

    [GeneratedRegex("`(\\w+Tests)`")]
    private static partial Regex Name();
}
