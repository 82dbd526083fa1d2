using System;
using System.Collections.Generic;
using System.Linq;
using System.Text;
using System.Text.Json;
using LanPeer.Wire;

namespace LanPeer.Benchmarks;

/// <summary>Reading and writing a message of 200 bytes, against a scan of its bytes with AVX2, string.Split and System.Text.Json.</summary>
internal static class CodecFigure
{
    private const string UserId = "alice@192.168.1.20";

    public static IEnumerable<object> Run()
    {
        string content = new('x', 200 - 103);
        byte[] buffer = new byte[1_024];
        var envelope = new Envelope(Encoding.UTF8.GetBytes(UserId), 1_795_367_841, 0x0123456789abcdef);
        var form = new WriteForm(Dialect.Lean, Tokens: false);
        byte[] message = buffer[..MessageWriter.Post(buffer, envelope, content, form)];
        var post = new JsonPost("POST", UserId, content, 1_795_367_841, "0123456789abcdef");
        byte[] json = JsonSerializer.SerializeToUtf8Bytes(post);
        int sink = 0;

        void Read()
        {
            if (DatagramReader.Read(message, out Datagram datagram) != DropReason.None)
            {
                throw new InvalidOperationException("It does not read.");
            }

            sink += datagram[Field.Content].Length;
        }

        void Write() => sink += MessageWriter.Post(buffer, envelope, content, form);
        void ReadJson() => sink += JsonSerializer.Deserialize<JsonPost>(json)!.Content.Length;
        void Split() => sink += Naive(message)["CONTENT"].Length;
        yield return Result.Of($"read, {message.Length} bytes", Rounds.Alternate(ReadJson, Read).Ours, "ns", "<= 100, or 3 x the scan");
        if (NativeBaseline.IsThere && NativeBaseline.Scan(message, 1) >= 0)
        {
            var scans = new List<double>();
            var reads = new List<double>();
            for (int i = 0; i < 31; i++)
            {
                scans.Add(NativeBaseline.Scan(message, 200_000));
                reads.Add(Rounds.Time(Read, 50_000));
            }

            yield return Result.Of("scan in C with AVX2", scans, "ns");
            yield return Result.Of("read / scan", reads.Select((read, i) => read / scans[i]), "x", "<= 3");
        }

        yield return Result.Of("read, allocated", [Rounds.Allocated(Read)], "bytes", "0");
        (double[] Baseline, double[] Ours) times = Rounds.Alternate(ReadJson, Read);
        yield return Result.Of("System.Text.Json, the same message", times.Baseline, "ns");
        yield return Result.Of("read / System.Text.Json", Rounds.Ratios(times), "x", "", 0.5);
        times = Rounds.Alternate(Split, Read);
        yield return Result.Of("string.Split, the same message", times.Baseline, "ns");
        yield return Result.Of("read / string.Split", Rounds.Ratios(times), "x");

        void WriteJson() => sink += JsonSerializer.SerializeToUtf8Bytes(post).Length;
        times = Rounds.Alternate(WriteJson, Write);
        yield return Result.Of($"write, {message.Length} bytes", times.Ours, "ns", "<= 50");
        yield return Result.Of("write / System.Text.Json", Rounds.Ratios(times), "x", "", 0.5);
        yield return Result.Of("write, allocated", [Rounds.Allocated(Write)], "bytes", "0");
        GC.KeepAlive(sink);
    }

    private static Dictionary<string, string> Naive(byte[] bytes)
        => Encoding.UTF8.GetString(bytes).Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(static line => line.Split(':', 2)).ToDictionary(static pair => pair[0], static pair => pair[1]);

    private sealed record JsonPost(string Type, string UserId, string Content, long Timestamp, string MessageId);
}
