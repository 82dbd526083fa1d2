using System.Collections.Generic;
using System.Linq;
using FsCheck;
using FsCheck.Fluent;
using LanPeer.Protocol.Delivery;
using Xunit;

namespace LanPeer.Tests.Delivery;

public sealed class RingTests
{
    private static readonly Config s_config = Config.QuickThrowOnFailure.WithQuietOnSuccess(true).WithMaxTest(1_000).WithEndSize(120);

    /// <summary>Above zero so many come, below zero so many go.</summary>
    private static readonly Arbitrary<List<int>> s_steps = Arb.From(Gen.Choose(-9, 9).ListOf().Select(steps => steps.ToList()));

    [Fact]
    public void What_is_in_it_is_what_came_and_has_not_gone_oldest_first()
        => Prop.ForAll(s_steps, steps =>
        {
            Ring<string> ring = default;
            List<string> expected = [];
            int next = 0;
            return steps.TrueForAll(step =>
            {
                for (int i = 0; i < step; i++)
                {
                    ring.Add($"{++next}");
                    expected.Add($"{next}");
                }

                int go = step < 0 && -step <= expected.Count ? -step : 0;
                ring.RemoveFirst(go);
                expected.RemoveRange(0, go);
                int count = ring.Count;
                List<string> inOrder = [];
                foreach (string one in ring)
                {
                    inOrder.Add(one);
                }

                return Enumerable.Range(0, count).Select(i => ring[i]).SequenceEqual(expected) && inOrder.SequenceEqual(expected);
            });
        }).Check(s_config);
}
