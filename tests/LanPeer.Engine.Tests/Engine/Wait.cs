using System;
using System.Diagnostics;
using System.Threading;
using Xunit;

namespace LanPeer.Tests.Engine;

/// <summary>Waits for something that happens soon, or else fails; how long it took is nobody's business.</summary>
internal static class Wait
{
    public static readonly TimeSpan Long = TimeSpan.FromSeconds(20);

    public static void Until(Func<bool> condition, string what)
    {
        long began = Stopwatch.GetTimestamp();
        while (!condition())
        {
            Assert.True(Stopwatch.GetElapsedTime(began) < Long, $"Waited in vain: {what}.");
            Thread.Sleep(5);
        }
    }

    /// <summary>Joins a thread that must end.</summary>
    public static void For(Thread thread, string what) => Assert.True(thread.Join(Long), $"Still running: {what}.");
}
