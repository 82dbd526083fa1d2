using System;
using System.Buffers.Binary;
using System.Collections.Generic;
using LanPeer.Protocol;
using LanPeer.Protocol.Delivery;
using LanPeer.VirtualNetwork;

namespace LanPeer.Fuzz;

/// <summary>
/// Changes to what a transport datagram carries: type, length, body (docs/protocol.md, "Frames"). It asks the code which
/// types there are, and takes bodies from frames that were sent, so a new frame type needs nothing here.
/// </summary>
internal static class FrameMutator
{
    /// <summary>A datagram's worth of frames.</summary>
    private const int MaxFrames = 65_475;

    private static readonly FrameType[] s_types = Enum.GetValues<FrameType>();

    /// <summary>One to four changes.</summary>
    public static byte[] Mutate(byte[] input, byte[] other, SeededRandom random)
    {
        List<(byte Type, byte[] Body)> frames = Read(input, out byte[] rest);
        List<(byte Type, byte[] Body)> others = Read(other, out _);
        for (int i = random.Next(1, 5); i > 0; i--)
        {
            rest = Change(frames, others, rest, random);
        }

        byte[] output = Write(frames, rest, random);
        return output.Length > MaxFrames ? output[..MaxFrames] : output;
    }

    /// <summary>One frame.</summary>
    public static byte[] Write(byte type, ReadOnlySpan<byte> body)
    {
        byte[] frame = new byte[Frames.Header + body.Length];
        Frames.WriteHeader(frame, (FrameType)type, body.Length);
        body.CopyTo(frame.AsSpan(Frames.Header));
        return frame;
    }

    /// <summary>The frames of a datagram, and the bytes behind them that are none.</summary>
    public static List<(byte Type, byte[] Body)> Read(byte[] input, out byte[] rest)
    {
        var frames = new List<(byte, byte[])>();
        ReadOnlySpan<byte> left = input;
        while (Frames.TryRead(ref left, out FrameType type, out ReadOnlySpan<byte> body))
        {
            frames.Add(((byte)type, body.ToArray()));
        }

        rest = left.ToArray();
        return frames;
    }

    private static byte[] Change(List<(byte Type, byte[] Body)> frames, List<(byte Type, byte[] Body)> others, byte[] rest, SeededRandom random)
    {
        if (frames.Count == 0)
        {
            frames.Add((AnyType(random), RandomBody(random)));
            return rest;
        }

        int place = random.Next(frames.Count);
        (byte type, byte[] body) = frames[place];
        switch (random.Next(11))
        {
            case 0:
                frames[place] = (AnyType(random), body);
                break;
            case 1 when frames.Count > 1:
                frames.RemoveAt(place);
                break;
            case 2:
                int times = random.Chance(0.1) ? random.Next(60, 70) : random.Next(1, 4);
                for (int i = 0; i < times; i++)
                {
                    frames.Insert(place, frames[place]);
                }

                break;
            case 3:
                int second = random.Next(frames.Count);
                (frames[place], frames[second]) = (frames[second], frames[place]);
                break;
            case 4:
                Array.Resize(ref body, random.Pick([0, 1, 7, 8, 9, body.Length / 2, body.Length + 1, 300, 20_000]));
                frames[place] = (type, body);
                break;
            case 5:
                // Frames within a frame.
                frames[place] = (AnyType(random), Write(type, body));
                break;
            case 6 when others.Count > 0:
                frames.Insert(random.Next(frames.Count + 1), random.Pick(others));
                break;
            case 7:
                frames.Insert(random.Next(frames.Count + 1), (AnyType(random), RandomBody(random)));
                break;
            case 8:
                return RandomBody(random);
            default:
                byte[] lent = others.Count > 0 ? random.Pick(others).Body : body;
                frames[place] = (type, type == (byte)FrameType.Message && body.Length > MessageFrame.Header && random.Chance(0.6)
                    ? Rewritten(body, lent, random) : ByteMutator.Mutate(body, lent, random));
                break;
        }

        return rest;
    }

    /// <summary>A whole message with another text, and now and then with other numbers in front of it.</summary>
    private static byte[] Rewritten(byte[] body, byte[] lent, SeededRandom random)
    {
        byte[] text = TextMutator.Mutate(body[MessageFrame.Header..], lent, random);
        byte[] front = body[..MessageFrame.Header];
        System.Buffers.Binary.BinaryPrimitives.WriteUInt32BigEndian(front.AsSpan(16), (uint)text.Length);
        return [.. random.Chance(0.2) ? ByteMutator.Mutate(front, lent, random) : front, .. text];
    }

    private static byte[] Write(List<(byte Type, byte[] Body)> frames, byte[] rest, SeededRandom random)
    {
        var output = new List<byte>();
        foreach ((byte type, byte[] body) in frames)
        {
            byte[] frame = Write(type, body.Length > ushort.MaxValue ? body[..ushort.MaxValue] : body);
            if (random.Chance(0.03))
            {
                // A length that is not that of the body.
                ushort lie = random.Pick([(ushort)0, (ushort)(body.Length + 1), (ushort)(body.Length - 1), ushort.MaxValue, (ushort)random.Draw()]);
                BinaryPrimitives.WriteUInt16BigEndian(frame.AsSpan(1), lie);
            }

            output.AddRange(frame);
        }

        output.AddRange(rest);
        return [.. output];
    }

    private static byte AnyType(SeededRandom random) => random.Next(10) switch
    {
        0 => (byte)random.Next(256),
        1 => (byte)(s_types.Length + random.Next(3)),
        _ => (byte)random.Pick(s_types),
    };

    private static byte[] RandomBody(SeededRandom random)
    {
        byte[] body = new byte[random.Next(random.Chance(0.05) ? 5_000 : 24)];
        random.Fill(body);
        return body;
    }
}
