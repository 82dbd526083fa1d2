using System.Collections.Generic;
using System.Linq;
using Xunit;

namespace LanPeer.Cmdlets.Tests.Host;

/// <summary>Objects go to standard output, errors to standard error, and both are plain text when redirected.</summary>
public sealed class HostStreamTests : HostTest
{
    [Fact]
    public void Output_and_errors_are_kept_apart()
    {
        HostResult result = Run("-File", Script(
            "'first'; Get-Command no-such-command; $Host.UI.WriteErrorLine('said so'); 'second'; throw 'the end'"));

        Assert.Equal(["first", "second"], result.Lines);
        Assert.Contains("no-such-command", result.StdErr);
        Assert.Contains("said so", result.StdErr);
        Assert.Contains("the end", result.StdErr);
    }

    [Fact]
    public void Warnings_and_what_is_verbose_are_output_as_in_pwsh()
    {
        HostResult result = Run("-c", "$Host.UI.WriteWarningLine('w'); $Host.UI.WriteVerboseLine('v'); "
            + "$Host.UI.WriteDebugLine('d'); $Host.UI.WriteProgress(1, "
            + "[System.Management.Automation.ProgressRecord]::new(1, 'progress', 'busy'))");

        Assert.Equal(["WARNING: w", "VERBOSE: v", "DEBUG: d"], result.Lines);
        Assert.Empty(result.StdErr);
    }

    [Fact]
    public void Nothing_redirected_has_escape_sequences_even_when_colours_are_not_forbidden()
    {
        HostRun colourful = How with
        {
            Environment = new Dictionary<string, string?>(How.Environment) { ["NO_COLOR"] = null, ["TERM"] = "xterm" },
        };
        HostResult result = HostProcess.Run(colourful, "-c",
            "@{ a = 1 }; $PSStyle.Foreground.Red + 'red'; $Host.UI.WriteLine('Red', 'Black', 'host'); throw 'x'");

        Assert.Contains("red", result.StdOut);
        Assert.Contains("host", result.StdOut);
        Assert.DoesNotContain('\u001b', result.StdOut + result.StdErr);
    }

    [Fact]
    public void Default_views_are_120_wide()
    {
        HostResult result = Run("-c", "$Host.UI.RawUI.BufferSize.Width; $Host.UI.RawUI.WindowSize.Width; "
            + "[pscustomobject]@{ Name = 'n'; Text = 'x' * 300 }");

        Assert.Equal(["120", "120"], result.Lines[..2]);
        Assert.InRange(result.Lines.Max(static line => line.Length), 110, 120);
    }

    [Fact]
    public void Text_is_utf8_in_both_directions()
    {
        HostResult result = RunWithInput("\uFEFF'é漢字🙂'\n$Host.UI.WriteErrorLine('ü')\n");

        Assert.Equal("é漢字🙂", result.Lines[0]);
        Assert.Equal("ü", result.StdErr.TrimEnd());
    }

    [Fact]
    public void The_error_of_a_cut_off_statement_says_what_is_missing()
    {
        HostResult result = Run("-c", "if (");

        Assert.Contains("Missing condition", result.StdErr);
        Assert.Empty(result.StdOut);
    }

    [Fact]
    public void The_host_says_who_it_is()
    {
        HostResult result = Run("-c", "$Host.Name; $Host.Version.ToString(3)");

        Assert.Equal("LanPeer.Host", result.Lines[0]);
        Assert.Equal(Run("-Version").StdOut.Split(' ')[1], result.Lines[1]);
    }
}
