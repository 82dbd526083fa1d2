using System;
using System.Collections.Generic;
using System.Diagnostics.CodeAnalysis;
using System.Linq;
using System.Text;
using System.Text.Json;
using BenchmarkDotNet.Attributes;
using LanPeer.Wire;

namespace LanPeer.Benchmarks;

/// <summary>Reading and writing one message of 200 bytes, and what that is compared with.</summary>
public class CodecBenchmarks
{
    /// <summary>Scans of one call: the call itself costs as much as one.</summary>
    private const int Scans = 10_000;

    private const string UserId = "alice@192.168.1.20";

    private static readonly WriteForm s_form = new(Dialect.Lean, Tokens: false);
    private readonly string _content = new('x', 200 - 103);
    private readonly byte[] _buffer = new byte[1_024];
    private readonly byte[] _userId = Encoding.UTF8.GetBytes(UserId);
    private readonly byte[] _message;
    private readonly JsonPost _post;
    private readonly byte[] _json;

    /// <summary>Makes the message.</summary>
    public CodecBenchmarks()
    {
        _message = _buffer[..Write()];
        _post = new JsonPost("POST", UserId, _content, 1_795_367_841, "0123456789abcdef");
        _json = JsonSerializer.SerializeToUtf8Bytes(_post);
    }

    /// <summary>Bytes of the message.</summary>
    public int Length => _message.Length;

    /// <summary>Nanoseconds of a scan in C; 0 where it has no AVX2.</summary>
    [Benchmark(OperationsPerInvoke = Scans)]
    public double Scan() => NativeBaseline.Scan(_message, Scans);

    /// <summary>The engine's reader.</summary>
    [Benchmark]
    public int Read()
        => DatagramReader.Read(_message, out Datagram datagram) == DropReason.None
            ? datagram[Field.Content].Length : throw new InvalidOperationException("It does not read.");

    /// <summary>The same message as JSON.</summary>
    [Benchmark]
    public int ReadJson() => JsonSerializer.Deserialize<JsonPost>(_json)!.Content.Length;

    /// <summary>As one would write it without thinking of time.</summary>
    [Benchmark]
    public int Split()
        => Encoding.UTF8.GetString(_message).Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(static line => line.Split(':', 2)).ToDictionary(static pair => pair[0], static pair => pair[1])["CONTENT"].Length;

    /// <summary>The engine's writer.</summary>
    [Benchmark]
    public int Write() => MessageWriter.Post(_buffer, new Envelope(_userId, 1_795_367_841, 0x0123456789abcdef), _content, s_form);

    /// <summary>The same message as JSON.</summary>
    [Benchmark]
    public int WriteJson() => JsonSerializer.SerializeToUtf8Bytes(_post).Length;

    [SuppressMessage("Performance", "CA1812", Justification = "The serializer makes it.")]
    private sealed record JsonPost(string Type, string UserId, string Content, long Timestamp, string MessageId);
}
