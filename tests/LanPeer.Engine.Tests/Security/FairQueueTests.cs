using System;
using System.Collections.Generic;
using System.Linq;
using LanPeer.Security.Sessions;
using Xunit;

namespace LanPeer.Tests.Security;

public sealed class FairQueueTests
{
    [Fact]
    public void Sources_are_served_in_turn_and_each_in_its_order()
    {
        var queue = new FairQueue<string>(100, 10);
        foreach (string item in new[] { "a1", "a2", "a3", "b1", "c1", "c2" })
        {
            Assert.True(queue.TryEnqueue(item[0], item));
        }

        Assert.Equal(["a1", "b1", "c1", "a2", "c2", "a3"], Drain(queue));
        Assert.Equal(0, queue.Count);
    }

    [Fact]
    public void A_source_that_was_served_waits_behind_one_that_comes_now()
    {
        var queue = new FairQueue<string>(100, 10);
        queue.TryEnqueue('a', "a1");
        queue.TryEnqueue('a', "a2");
        Assert.True(queue.TryDequeue(out string? first));
        queue.TryEnqueue('b', "b1");

        Assert.Equal("a1", first);
        Assert.Equal(["a2", "b1"], Drain(queue));
    }

    [Fact]
    public void One_source_fills_its_share_and_no_more()
    {
        var queue = new FairQueue<int>(100, 10);

        Assert.Equal(10, Enumerable.Range(0, 50).Count(i => queue.TryEnqueue(1, i)));
        Assert.True(queue.TryEnqueue(2, 0));
        Assert.True(queue.TryDequeue(out _));
        Assert.True(queue.TryEnqueue(1, 99));
        Assert.False(queue.TryEnqueue(1, 100));
    }

    [Fact]
    public void All_sources_together_fill_the_queue_and_no_more()
    {
        var queue = new FairQueue<int>(25, 10);

        Assert.Equal(25, Enumerable.Range(0, 1_000).Count(i => queue.TryEnqueue((ulong)(i % 100), i)));
        Assert.Equal(25, queue.Count);
        Assert.Equal(25, Drain(queue).Count());
        Assert.True(queue.TryEnqueue(500, 1));
    }

    [Fact]
    public void Nothing_comes_out_of_an_empty_one()
    {
        var queue = new FairQueue<string>(1, 1);

        Assert.False(queue.TryDequeue(out string? item));
        Assert.Null(item);
        queue.TryEnqueue(1, "x");
        queue.TryDequeue(out _);
        Assert.False(queue.TryDequeue(out _));
    }

    [Fact]
    public void Whatever_comes_and_goes_no_item_is_lost_doubled_or_served_before_an_older_one_of_its_source()
    {
        for (int seed = 0; seed < 200; seed++)
        {
            var random = new Random(seed);
            var queue = new FairQueue<(int Source, int Number)>(40, 7);
            var held = new Dictionary<int, Queue<int>>();
            for (int i = 0; i < 2_000; i++)
            {
                int source = random.Next(12);
                Queue<int> own = held.TryGetValue(source, out Queue<int>? found) ? found : held[source] = [];
                if (random.Next(2) == 0)
                {
                    bool isExpected = own.Count < 7 && held.Values.Sum(q => q.Count) < 40;
                    Assert.Equal(isExpected, queue.TryEnqueue((ulong)source, (source, i)));
                    if (isExpected)
                    {
                        own.Enqueue(i);
                    }
                }
                else if (queue.TryDequeue(out (int Source, int Number) item))
                {
                    Assert.Equal(held[item.Source].Dequeue(), item.Number);
                }

                Assert.Equal(held.Values.Sum(q => q.Count), queue.Count);
            }
        }
    }

    [Fact]
    public void Between_two_turns_of_one_source_every_other_that_waits_has_one()
    {
        var random = new Random(3);
        var queue = new FairQueue<int>(1_000, 100);
        for (int i = 0; i < 300; i++)
        {
            int source = random.Next(8);
            queue.TryEnqueue((ulong)source, source);
        }

        int[] served = [.. Drain(queue)];
        for (int i = 0; i < served.Length; i++)
        {
            int next = Array.IndexOf(served, served[i], i + 1);
            if (next > 0)
            {
                Assert.Equal(served.Skip(next).Append(served[i]).Distinct().Order(), served[i..next].Intersect(served[next..].Append(served[i])).Order());
            }
        }
    }

    private static IEnumerable<T> Drain<T>(FairQueue<T> queue)
    {
        while (queue.TryDequeue(out T? item))
        {
            yield return item!;
        }
    }
}
