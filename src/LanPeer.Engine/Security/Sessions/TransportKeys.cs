using System;
using LanPeer.Security.Noise;

namespace LanPeer.Security.Sessions;

/// <summary>What opening a transport datagram came to.</summary>
internal enum OpenResult
{
    Opened,

    /// <summary>Its counter came before, or is too old to tell.</summary>
    Replayed,

    NotAuthentic,
}

/// <summary>The pair of keys a handshake has given, with the counter of the one and the replay window of the other.</summary>
internal sealed class TransportKeys : IDisposable
{
    /// <summary>Datagrams under one key after which a new handshake begins.</summary>
    public const ulong RekeyAfterMessages = 1UL << 32;

    /// <summary>Datagrams under one key after which it seals no more: twice as many.</summary>
    public const ulong RejectAfterMessages = 1UL << 33;

    /// <summary>
    /// Time without use after which the ciphers rest. Prepared they take 4 KB of OpenSSL's memory, of which a peer among
    /// 1,000 would have 4 MB and use each every few minutes; preparing both takes 3 us.
    /// </summary>
    private static readonly TimeSpan s_restAfter = TimeSpan.FromMinutes(1);

    private readonly AeadKey _send;
    private readonly AeadKey _receive;
    private readonly ReplayWindow _window = new();
    private TimeSpan _unused;

    public TransportKeys(Aead aead, ReadOnlySpan<byte> sendKey, ReadOnlySpan<byte> receiveKey, bool isInitiator)
    {
        _send = aead.CreateKey(sendKey);
        _receive = aead.CreateKey(receiveKey);
        IsInitiator = isInitiator;
    }

    /// <summary>Whether this side began the handshake; it is then the one to begin the next.</summary>
    public bool IsInitiator { get; }

    /// <summary>Under which index the other side writes to us.</summary>
    public uint LocalIndex { get; init; }

    /// <summary>Under which index we write to the other side.</summary>
    public uint RemoteIndex { get; init; }

    public TimeSpan CreatedAt { get; init; }

    /// <summary>What this side said of itself in their handshake.</summary>
    public HandshakePayload? IntroducedAs { get; init; }

    /// <summary>Whether the other side has used them.</summary>
    public bool HasReceived { get; private set; }

    /// <summary>The counter of the next datagram.</summary>
    public ulong NextCounter { get; private set; }

    /// <summary>Whether a message went through them, either way. Then they end sooner: what is worth reading is under them.</summary>
    public bool CarriedMessage { get; private set; }

    /// <summary>When they neither seal nor open any more.</summary>
    public TimeSpan EndsAt => CreatedAt + (CarriedMessage ? SessionTimes.RejectAfter : SessionTimes.RejectIdleAfter);

    /// <summary>Whether another datagram may be sealed now.</summary>
    public bool MaySeal(TimeSpan now) => NextCounter < RejectAfterMessages && now < EndsAt;

    /// <summary>Whether one with a message may be.</summary>
    public bool MaySealMessage(TimeSpan now) => MaySeal(now) && now - CreatedAt < SessionTimes.RejectAfter;

    /// <summary>A message goes through them, or has come.</summary>
    public void NoteMessage() => CarriedMessage = true;

    /// <summary>Seals frames into a transport datagram.</summary>
    /// <param name="frames">May lie in the buffer, at the place where the sealed frames begin.</param>
    /// <param name="datagram">32 bytes longer than the frames.</param>
    /// <returns>The length of the datagram.</returns>
    public int Seal(ReadOnlySpan<byte> frames, Span<byte> datagram)
    {
        ulong counter = NextCounter++;
        _unused = default;
        SessionWire.Begin(datagram, SealedType.Transport);
        SessionWire.WriteUInt32(datagram, 4, RemoteIndex);
        SessionWire.WriteUInt64(datagram, 8, counter);
        _send.Seal(counter, datagram[..SessionWire.TransportHeader], frames,
            datagram.Slice(SessionWire.TransportHeader, frames.Length + Aead.TagLength));
        return frames.Length + SessionWire.TransportOverhead;
    }

    /// <summary>Opens a transport datagram; a counter counts as seen only when the datagram is authentic.</summary>
    /// <param name="datagram">As it came.</param>
    /// <param name="frames">32 bytes shorter, or more.</param>
    public OpenResult Open(ReadOnlySpan<byte> datagram, Span<byte> frames)
    {
        ulong counter = SessionWire.ReadUInt64(datagram, 8);
        if (counter > Aead.MaxCounter || !_window.MayAccept(counter))
        {
            return OpenResult.Replayed;
        }

        _unused = default;
        if (!_receive.TryOpen(counter, datagram[..SessionWire.TransportHeader], datagram[SessionWire.TransportHeader..], frames))
        {
            return OpenResult.NotAuthentic;
        }

        _ = _window.TryAccept(counter);
        HasReceived = true;
        return OpenResult.Opened;
    }

    /// <summary>Time has passed; called from time to time.</summary>
    /// <param name="time">How much since the last call.</param>
    public void Pass(TimeSpan time)
    {
        if (_unused >= s_restAfter)
        {
            return;
        }

        _unused += time;
        if (_unused >= s_restAfter)
        {
            _send.Rest();
            _receive.Rest();
        }
    }

    public void Dispose()
    {
        _send.Dispose();
        _receive.Dispose();
    }
}
