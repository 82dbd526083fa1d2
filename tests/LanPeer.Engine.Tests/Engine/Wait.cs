using System;
using System.Diagnostics;
using System.Threading;
using Xunit;

namespace LanPeer.Tests.Engine;

/// <summary>Waits for something that happens soon, or else fails; how long it took is nobody's business.</summary>
internal static class Wait
{
    public static readonly TimeSpan Long = TimeSpan.FromSeconds(20);

    /// <param name="condition">What must become true.</param>
    /// <param name="what">Says the same in words.</param>
    /// <param name="bound">After how long it never will; <see cref="Long"/> when null.</param>
    public static void Until(Func<bool> condition, string what, TimeSpan? bound = null) => Until(condition, () => what, bound);

    /// <inheritdoc cref="Until(Func{bool}, string, TimeSpan?)"/>
    public static void Until(Func<bool> condition, Func<string> what, TimeSpan? bound = null)
    {
        long began = Stopwatch.GetTimestamp();
        while (!condition())
        {
            if (Stopwatch.GetElapsedTime(began) >= (bound ?? Long))
            {
                Assert.Fail($"Waited in vain: {what()}.");
            }

            Thread.Sleep(5);
        }
    }

    /// <summary>Joins a thread that must end.</summary>
    public static void For(Thread thread, string what) => Assert.True(thread.Join(Long), $"Still running: {what}.");
}
