using Xunit;

namespace LanPeer.Cmdlets.Tests.Host;

/// <summary>Exit codes are the interface of scripts to schedulers and builds: those of pwsh, for each way to run.</summary>
public sealed class HostExitCodeTests : HostTest
{
    [Theory]
    [InlineData("1 + 1", 0)]
    [InlineData("exit 7", 7)]
    [InlineData("1; exit 0", 0)]
    [InlineData("throw 'it'", 1)]
    [InlineData("Get-Command no-such-command", 1)]
    [InlineData("Get-Command no-such-command -ErrorAction Ignore; 'fine'", 0)]
    [InlineData("if (", 1)]
    [InlineData("no-such-command-at-all", 1)]
    public void Command_ends_with_the_code_of_its_last_statement(string text, int expected)
    {
        HostResult result = Run("-Command", text);

        Assert.Equal(expected, result.ExitCode);
    }

    [Theory]
    [InlineData("'before'; exit 3; 'after'", 3)]
    [InlineData("function Leave { try { exit 9 } finally { 'x' } }; Leave", 9)]
    [InlineData("'normal end'", 0)]
    [InlineData("Get-Command no-such-command", 0)]
    [InlineData("throw 'it'", 1)]
    [InlineData("foreach (", 1)]
    public void File_ends_with_the_code_of_exit_or_of_an_error(string text, int expected)
    {
        HostResult result = Run("-File", Script(text));

        Assert.Equal(expected, result.ExitCode);
        Assert.DoesNotContain("after", result.StdOut);
    }

    [Fact]
    public void File_does_not_take_the_code_of_a_program_for_its_own()
    {
        SkipUnlessUnix();
        HostResult result = Run("-File", Script("/bin/sh -c 'exit 5'; \"code $LASTEXITCODE\"; /bin/sh -c 'exit 6'"));

        Assert.Equal("code 5", result.Lines[0]);
        Assert.Equal(0, result.ExitCode);
    }

    [Fact]
    public void A_script_that_a_script_calls_ends_alone()
    {
        Script("exit 2", "inner.ps1");
        HostResult result = Run("-File", Script("& ./inner.ps1; \"inner $LASTEXITCODE\"; exit 4", "outer.ps1"));

        Assert.Equal("inner 2", result.Lines[0]);
        Assert.Equal(4, result.ExitCode);
    }

    [Fact]
    public void NoExit_goes_on_with_what_the_script_left()
    {
        string script = Script("function Get-Left { 'left behind' }; exit 3");
        HostResult result = RunWithInput("Get-Left\nexit 12\n", "-NoExit", "-Interactive", "-File", script);

        Assert.Contains("left behind", result.StdOut);
        Assert.Equal(12, result.ExitCode);
    }

    [Theory]
    [InlineData("-File", "missing.ps1")]
    [InlineData("missing.ps1", "-Name")]
    [InlineData("-File")]
    [InlineData("-Command")]
    [InlineData("-NoSuchOption")]
    [InlineData("-No")]
    [InlineData("LanPeer/LanPeer.psd1")]
    public void A_wrong_command_line_shows_the_usage_and_ends_with_64(params string[] args)
    {
        HostResult result = Run(args);

        Assert.Equal(64, result.ExitCode);
        Assert.Empty(result.StdOut);
        Assert.Contains("usage: LanPeer.Host", result.StdErr);
    }

    [Theory]
    [InlineData("-Help", "usage: LanPeer.Host")]
    [InlineData("-?", "usage: LanPeer.Host")]
    [InlineData("-v", "LanPeer.Host 0.")]
    public void Help_and_version_are_answers_and_not_errors(string option, string expected)
    {
        HostResult result = Run(option);

        Assert.Equal(0, result.ExitCode);
        Assert.StartsWith(expected, result.StdOut);
        Assert.Empty(result.StdErr);
    }
}
