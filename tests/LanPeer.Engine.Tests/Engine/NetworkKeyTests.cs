using System;
using System.Collections.Generic;
using System.Linq;
using Xunit;

namespace LanPeer.Tests.Engine;

public sealed class NetworkKeyTests : EngineTest
{
    [Fact]
    public void A_change_of_the_key_is_a_warning_that_says_what_to_do()
    {
        LanSession early = Join("early", "correct horse battery");
        LanSession both = Join("both", "another key of that", "correct horse battery");
        WaitToKnow(early, both.UserId);
        var warnings = new List<string>();

        Wait.Until(
            () =>
            {
                warnings.AddRange(early.TakeWarnings());
                return warnings.Count > 0;
            },
            "the warning");

        string warning = Assert.Single(warnings);
        Assert.StartsWith("The key of the network 'team' is being changed: a member at 127.0.0.1 uses one", warning, StringComparison.Ordinal);
        Assert.Contains("again with both", warning, StringComparison.Ordinal);
        Assert.Empty(both.TakeWarnings());
    }

    private LanSession Join(string name, params string[] keys) => Start(name, options => options with
    {
        NetworkName = "team", NetworkKeys = [.. keys.Select(NewKey)], AnnounceInterval = TimeSpan.FromSeconds(0.2),
    });
}
