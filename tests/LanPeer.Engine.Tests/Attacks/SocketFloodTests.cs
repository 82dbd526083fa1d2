using System;
using System.Collections.Generic;
using System.Linq;
using LanPeer.Security;
using LanPeer.Security.Sessions;
using LanPeer.Tests.Engine;
using LanPeer.Tests.Protocol;
using LanPeer.VirtualNetwork;
using Xunit;

namespace LanPeer.Tests.Attacks;

/// <summary>
/// Floods of a real socket, as fast as it is read: what the kernel has no room for no engine can take, so the flood waits
/// for that. The arithmetic, the lock and the threads are those of a real flood.
/// </summary>
[Collection(Alone.Name)]
public sealed class SocketFloodTests : SocketTest
{
    private const int Datagrams = 20_000;
    private const int Messages = 50;

    /// <summary>Datagrams on the way at once: 100 of 512 bytes fit the smallest receive buffer Linux gives out, 208 KiB.</summary>
    private const int Window = 100;

    private readonly SeededRandom _random = new(0xF100D);

    [Fact]
    public void Announcements_of_invented_keys()
    {
        RawSocket mallory = OpenRaw();
        string letters = Bob.PeerId.Replace("-", "", StringComparison.Ordinal);
        long before = Dropped("RateLimited", "TableFull");
        Flood(i =>
        {
            byte[] key = new byte[65];
            _random.Fill(key);
            key[0] = 4;
            int at = 1 + (i % (letters.Length - 1));
            mallory.Broadcast(DiscoveryPort, Say.Identified($"u{i}@127.0.0.1", mallory.Port, letters[at..] + letters[..at], key));
        });

        Assert.InRange(Dropped("RateLimited", "TableFull") - before, Datagrams / 2, Datagrams);
    }

    [Fact]
    public void Initiations_with_a_right_mac1_and_a_wrong_mac2()
    {
        RawSocket mallory = OpenRaw();
        byte[] mac1Key = Macs.Mac1Key(SocketMallory.KeyOf(Alice), NetworkSecret.Open);
        long before = Dropped();
        Flood(_ =>
        {
            byte[] datagram = new byte[SessionWire.InitiationLength];
            _random.Fill(datagram);
            SessionWire.Begin(datagram, SealedType.Initiation);
            SessionWire.WriteUInt32(datagram, 4, NetworkSecret.Open.KeyId);
            datagram[SessionWire.InitiationHeader] = 4;
            Macs.Write(datagram, mac1Key, default);
            _random.Fill(datagram.AsSpan(datagram.Length - SessionWire.MacLength));
            mallory.Send(Alice.Port, datagram);
        });

        Wait.Until(() => Dropped() - before == Datagrams, "every one of them is counted");
        Assert.True(Dropped("UnderLoad") > 0);
    }

    private void Flood(Action<int> send)
    {
        Remember();
        long received = Alice.Counters.Received;
        for (int i = 0; i < Datagrams; i++)
        {
            if (i % (Datagrams / Messages) == 0)
            {
                Bob.SendDM(Alice.UserId, $"message {i * Messages / Datagrams}");
            }

            send(i);
            if (i % Window == Window - 1)
            {
                Wait.Until(() => Alice.Counters.Received - received > i - Window, "she reads on");
            }
        }

        Wait.Until(() => Alice.Inbox.Count == Messages, "all messages arrive");
        IReadOnlyList<LanMessage> messages = Alice.Inbox.Take(_ => true, Messages);
        Assert.Equal(Enumerable.Range(0, Messages).Select(i => $"message {i}"), messages.Select(message => message.Content));
        Assert.All(messages, message => Assert.Equal(Bob.PeerId, message.FromPeer?.PeerId));
        AssertUnchanged();
        AssertTheyTalk();
    }
}
