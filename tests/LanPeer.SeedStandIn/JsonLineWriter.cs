using System;
using System.Collections.Generic;
using System.IO;
using System.Text;
using System.Text.Json;
using System.Threading;

namespace LanPeer.SeedStandIn;

/// <summary>
/// Writes one JSON object a line from a thread of its own, so that a reader who does not read
/// stops neither the receiving threads nor the end of the program.
/// </summary>
internal sealed class JsonLineWriter
{
    private const int MaxQueued = 20_000;
    private const int MaxQueuedUnimportant = 1_000;

    private readonly object _gate = new();
    private readonly Queue<string> _lines = new();
    private readonly Thread _thread;
    private long _dropped;
    private bool _closed;

    public JsonLineWriter(Stream output)
    {
        _thread = new Thread(() => WriteLoop(output)) { IsBackground = true, Name = "json lines" };
        _thread.Start();
    }

    /// <summary>Lines not written because the reader was too slow.</summary>
    public long Dropped => Interlocked.Read(ref _dropped);

    /// <summary>Queues one event; an unimportant one gives way early, so that a storm leaves room for messages.</summary>
    public void Write(string name, bool unimportant, params (string Key, object? Value)[] fields)
    {
        var line = new Dictionary<string, object?> { ["event"] = name };
        foreach ((string key, object? value) in fields)
        {
            line[key] = value;
        }

        lock (_gate)
        {
            if (_lines.Count >= (unimportant ? MaxQueuedUnimportant : MaxQueued) || _closed)
            {
                Interlocked.Increment(ref _dropped);
                return;
            }

            _lines.Enqueue(JsonSerializer.Serialize(line));
            Monitor.Pulse(_gate);
        }
    }

    /// <summary>Lets the queue run empty, but not for longer than the time given.</summary>
    public void Close(TimeSpan patience)
    {
        lock (_gate)
        {
            _closed = true;
            Monitor.PulseAll(_gate);
        }

        _thread.Join(patience);
    }

    private void WriteLoop(Stream output)
    {
        try
        {
            using var writer = new StreamWriter(output, new UTF8Encoding(false)) { AutoFlush = true, NewLine = "\n" };
            while (Next() is { } line)
            {
                writer.WriteLine(line);
            }
        }
        catch (IOException)
        {
            // The reader is gone. Commands are still obeyed; there is nobody left to tell.
            lock (_gate)
            {
                _closed = true;
            }
        }
    }

    private string? Next()
    {
        lock (_gate)
        {
            while (_lines.Count == 0 && !_closed)
            {
                Monitor.Wait(_gate);
            }

            return _lines.TryDequeue(out string? line) ? line : null;
        }
    }
}
