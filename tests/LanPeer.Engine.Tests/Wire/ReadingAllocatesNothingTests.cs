using System;
using System.Text.Json;
using LanPeer.Wire;
using Xunit;

namespace LanPeer.Tests.Wire;

public sealed class ReadingAllocatesNothingTests
{
    private const int Reads = 10_000;

    public static TheoryData<string> Names => VectorFile.Good.Names;

    [Theory]
    [MemberData(nameof(Names))]
    public void Of_a_good_datagram(string name) => Assert.Equal(0, AllocatedBytes(VectorFile.Bytes(VectorFile.Good[name]), Reads));

    [Fact]
    public void Of_a_dropped_datagram()
    {
        foreach (JsonElement entry in VectorFile.Bad.Entries)
        {
            long allocated = AllocatedBytes(VectorFile.Bytes(entry), 500);
            Assert.True(allocated == 0, $"{allocated} bytes for {entry.GetProperty("name")}");
        }
    }

    [Fact]
    public void The_measure_sees_an_allocation()
    {
        long before = GC.GetAllocatedBytesForCurrentThread();
        GC.KeepAlive(new byte[100]);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 100, 200);
    }

    /// <summary>
    /// The least of several rounds: what the runtime allocates on this thread while it replaces code by faster code is
    /// not the reader's, and an allocation of the reader's is in every round.
    /// </summary>
    private static long AllocatedBytes(byte[] datagram, int reads)
    {
        long least = long.MaxValue;
        for (int round = 0; round < 5 && least > 0; round++)
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            ReadAll(datagram, reads);
            least = Math.Min(least, GC.GetAllocatedBytesForCurrentThread() - before);
        }

        return least;
    }

    private static int ReadAll(byte[] bytes, int reads)
    {
        int sum = 0;
        for (int i = 0; i < reads; i++)
        {
            sum += (int)DatagramReader.Read(bytes, out Datagram datagram) + datagram.Sender.Length;
        }

        return sum;
    }
}
