using System;
using System.Collections.Generic;
using System.IO;
using System.Management.Automation;
using System.Management.Automation.Runspaces;
using System.Threading;
using System.Threading.Tasks;

namespace LanPeer.Host;

/// <summary>How a pipeline ended.</summary>
internal enum RunOutcome
{
    Completed,

    /// <summary>An error ended it; the error has been shown.</summary>
    Failed,

    /// <summary>It was stopped from outside.</summary>
    Stopped,
}

/// <summary>Runs pipelines one at a time, nested ones inside, and shows what they give; any thread may interrupt.</summary>
internal sealed class PipelineRunner(Runspace runspace, LanPeerHost host)
{
    private readonly Lock _gate = new();
    private readonly Stack<Pipeline> _running = new();
    private bool _interrupted;

    /// <summary>A pipeline of one command.</summary>
    public Pipeline Create(Command command)
    {
        Pipeline pipeline = Create();
        pipeline.Commands.Add(command);
        return pipeline;
    }

    /// <summary>A pipeline of script text; a typed one goes into the session's history and sets its <c>$?</c>.</summary>
    public Pipeline Create(string text, bool typed = false)
    {
        bool nested = IsRunning;
        return nested ? runspace.CreateNestedPipeline(text, typed) : runspace.CreatePipeline(text, typed);
    }

    /// <summary>Whether something runs: what comes then is nested in it.</summary>
    public bool IsRunning
    {
        get
        {
            lock (_gate)
            {
                return _running.Count > 0;
            }
        }
    }

    /// <summary>Runs a pipeline with its output and errors going to the console, and disposes of it.</summary>
    /// <param name="pipeline">What to run.</param>
    /// <param name="input">Lines to be the pipeline's input, read as they come; null for none.</param>
    public RunOutcome Run(Pipeline pipeline, TextReader? input = null)
    {
        pipeline.Commands.Add(OutDefault());
        try
        {
            Invoke(pipeline, input);
            return RunOutcome.Completed;
        }
        catch (Exception e) when (IsStop(e))
        {
            return RunOutcome.Stopped;
        }
        catch (Exception e)
        {
            Report(e is IContainsErrorRecord known
                ? new ErrorRecord(known.ErrorRecord, e)
                : new ErrorRecord(e, "HostError", ErrorCategory.NotSpecified, null));
            return RunOutcome.Failed;
        }
    }

    /// <summary>Runs a pipeline silently for what it gives; nothing when it fails.</summary>
    public IReadOnlyList<PSObject> Evaluate(string text)
    {
        try
        {
            return Invoke(Create(text), null);
        }
        catch (Exception e) when (e is RuntimeException || IsStop(e))
        {
            return [];
        }
    }

    /// <summary>Forgets an interrupt that came while nothing ran.</summary>
    public void ClearInterrupt()
    {
        lock (_gate)
        {
            _interrupted = false;
        }
    }

    /// <summary>
    /// Stops what runs, or what would run next, without waiting for it. False when that had been asked for already.
    /// </summary>
    public bool Interrupt()
    {
        Pipeline? pipeline;
        bool first;
        lock (_gate)
        {
            first = !_interrupted;
            _interrupted = true;
            _running.TryPeek(out pipeline);
        }

        if (pipeline is not null)
        {
            // Stop waits for the pipeline to end; whoever presses Ctrl+C must not.
            Task.Run(() => Stop(pipeline));
        }

        return first;
    }

    /// <summary>Shows an error as the engine's default view has it, on standard error.</summary>
    public void Report(ErrorRecord error)
    {
        Pipeline pipeline = Create();
        pipeline.Commands.Add(OutDefault());
        host.Console.ErrorOutput = true;
        try
        {
            pipeline.Input.Write(new PSObject(error));
            pipeline.Input.Close();
            Invoke(pipeline, null, always: true);
        }
        catch (Exception e) when (e is RuntimeException || IsStop(e))
        {
            host.Console.WriteErrorLine(error.ToString());
        }
        finally
        {
            host.Console.ErrorOutput = false;
        }
    }

    private static Command OutDefault() => new("Out-Default", isScript: false, useLocalScope: true)
    {
        MergeUnclaimedPreviousCommandResults = PipelineResultTypes.Error | PipelineResultTypes.Output,
    };

    /// <summary>Stopped from outside, or about to start when a signal has begun to close the runspace.</summary>
    private static bool IsStop(Exception e) => e is PipelineStoppedException or InvalidRunspaceStateException;

    private static void Stop(Pipeline pipeline)
    {
        try
        {
            pipeline.Stop();
        }
        catch (Exception e) when (e is ObjectDisposedException or InvalidOperationException)
        {
            // It ended by itself in the meantime.
        }
    }

    private static void Feed(Pipeline pipeline, TextReader lines)
    {
        try
        {
            while (lines.ReadLine() is { } line)
            {
                pipeline.Input.Write(line);
            }

            pipeline.Input.Close();
        }
        catch (Exception e) when (e is PipelineClosedException or ObjectDisposedException or IOException)
        {
            // The pipeline wanted no more.
        }
    }

    private Pipeline Create() => IsRunning ? runspace.CreateNestedPipeline() : runspace.CreatePipeline();

    private IReadOnlyList<PSObject> Invoke(Pipeline pipeline, TextReader? input, bool always = false)
    {
        lock (_gate)
        {
            if (_interrupted && !always)
            {
                pipeline.Dispose();
                throw new PipelineStoppedException();
            }

            _running.Push(pipeline);
        }

        try
        {
            IReadOnlyList<PSObject> results = input is null ? pipeline.Invoke() : InvokeFed(pipeline, input);

            // One that is stopped because its runspace closes ends without a word.
            return pipeline.PipelineStateInfo.State == PipelineState.Stopped
                ? throw new PipelineStoppedException()
                : results;
        }
        finally
        {
            lock (_gate)
            {
                _running.Pop();
            }

            pipeline.Dispose();
        }
    }

    private static PSObject[] InvokeFed(Pipeline pipeline, TextReader input)
    {
        using ManualResetEventSlim ended = new();
        pipeline.StateChanged += (_, change) =>
        {
            if (change.PipelineStateInfo.State
                is PipelineState.Completed or PipelineState.Failed or PipelineState.Stopped)
            {
                ended.Set();
            }
        };
        pipeline.InvokeAsync();
        Thread feeder = new(() => Feed(pipeline, input)) { IsBackground = true, Name = "standard input" };
        feeder.Start();
        ended.Wait();
        return pipeline.PipelineStateInfo.Reason is { } reason ? throw reason : [];
    }
}
