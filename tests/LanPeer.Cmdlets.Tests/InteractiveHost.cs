using System;
using System.Diagnostics;
using System.Globalization;
using System.IO;
using System.Text;
using System.Threading;
using System.Threading.Tasks;

namespace LanPeer.Cmdlets.Tests;

/// <summary>A running host: lines are sent to it and its output is waited for, always for a bounded time.</summary>
public sealed class InteractiveHost : IDisposable
{
    private readonly Process _process;
    private readonly TimeSpan _timeout;
    private readonly Transcript _output;
    private readonly Transcript _errors;

    internal InteractiveHost(Process process, TimeSpan timeout)
    {
        _process = process;
        _timeout = timeout;
        _output = new Transcript(process.StandardOutput);
        _errors = new Transcript(process.StandardError);
    }

    public int ProcessId => _process.Id;

    /// <summary>Sends a line, as if typed and ended with Enter.</summary>
    public void Send(string line) => SendKeys(line + "\n");

    /// <summary>Sends characters as they are.</summary>
    public void SendKeys(string keys)
    {
        _process.StandardInput.Write(keys);
        _process.StandardInput.Flush();
    }

    /// <summary>
    /// Waits until standard output shows a text behind what was waited for before; gives what came up to its end.
    /// </summary>
    public string WaitFor(string text) => _output.WaitFor(text, _timeout);

    /// <summary>Waits like <see cref="WaitFor"/>, on standard error.</summary>
    public string WaitForError(string text) => _errors.WaitFor(text, _timeout);

    public void CloseInput() => _process.StandardInput.Close();

    /// <summary>Sends a signal by its name, INT or TERM; not on Windows.</summary>
    public void Signal(string name)
    {
        string id = _process.Id.ToString(CultureInfo.InvariantCulture);
        using Process kill = Process.Start("kill", ["-" + name, id]);
        kill.WaitForExit(_timeout);
    }

    /// <summary>Waits for the end of the process.</summary>
    public HostResult WaitForExit()
    {
        if (!_process.WaitForExit(_timeout))
        {
            throw new TimeoutException($"The host did not end. Its output:\n{_output.Text}\n{_errors.Text}");
        }

        _output.WaitForEnd(_timeout);
        _errors.WaitForEnd(_timeout);
        return new HostResult(_process.ExitCode, _output.Text, _errors.Text);
    }

    public void Dispose()
    {
        if (!_process.HasExited)
        {
            _process.Kill(entireProcessTree: true);
        }

        _process.Dispose();
    }

    /// <summary>Everything a stream has given, and how far it has been looked at.</summary>
    private sealed class Transcript
    {
        private readonly StringBuilder _text = new();
        private readonly Lock _gate = new();
        private readonly Task _reading;
        private int _seen;

        public Transcript(StreamReader stream)
        {
            _reading = Task.Run(() => Read(stream));
        }

        public string Text
        {
            get
            {
                lock (_gate)
                {
                    return _text.ToString();
                }
            }
        }

        public string WaitFor(string text, TimeSpan timeout)
        {
            long start = Stopwatch.GetTimestamp();
            while (true)
            {
                bool ended = _reading.IsCompleted;
                string all = Text;
                int at = all.IndexOf(text, _seen, StringComparison.Ordinal);
                if (at >= 0)
                {
                    string part = all[_seen..(at + text.Length)];
                    _seen = at + text.Length;
                    return part;
                }

                if (ended || Stopwatch.GetElapsedTime(start) > timeout)
                {
                    throw new TimeoutException($"No '{text}' came. What came:\n{all[_seen..]}");
                }

                Thread.Sleep(10);
            }
        }

        public void WaitForEnd(TimeSpan timeout) => _reading.Wait(timeout);

        private void Read(StreamReader stream)
        {
            char[] buffer = new char[4096];
            int read;
            while ((read = stream.Read(buffer)) > 0)
            {
                lock (_gate)
                {
                    _text.Append(buffer, 0, read);
                }
            }
        }
    }
}
