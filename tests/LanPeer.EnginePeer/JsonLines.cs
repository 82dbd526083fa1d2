using System;
using System.Collections.Generic;
using System.IO;
using System.Text;
using System.Text.Json;

namespace LanPeer.EnginePeer;

/// <summary>Writes one JSON object a line.</summary>
internal sealed class JsonLines(Stream stream) : IDisposable
{
    private readonly object _gate = new();
    private readonly StreamWriter _writer = new(stream, new UTF8Encoding(false)) { AutoFlush = true, NewLine = "\n" };

    public void Write(string name, params (string Key, object? Value)[] fields)
    {
        var line = new Dictionary<string, object?> { ["event"] = name };
        foreach ((string key, object? value) in fields)
        {
            line[key] = value;
        }

        lock (_gate)
        {
            try
            {
                _writer.WriteLine(JsonSerializer.Serialize(line));
            }
            catch (IOException)
            {
                // The reader is gone; the end of the input ends this program too.
            }
        }
    }

    public void Dispose()
    {
        lock (_gate)
        {
            _writer.Dispose();
        }
    }
}
