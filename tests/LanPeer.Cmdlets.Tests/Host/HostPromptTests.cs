using System;
using System.IO;
using Xunit;

namespace LanPeer.Cmdlets.Tests.Host;

/// <summary>The prompt: statements, questions, and how it is left.</summary>
public sealed class HostPromptTests : HostTest
{
    [Fact]
    public void A_statement_may_take_several_lines()
    {
        using InteractiveHost host = Prompt();
        host.WaitFor($"PS {Folder}> ");
        host.Send("if ($true) {");
        host.WaitFor(">> ");
        host.Send("'two' + 'lines'");
        host.WaitFor(">> ");
        host.Send("}");
        host.WaitFor("twolines");
        host.WaitFor("> ");
        host.CloseInput();

        Assert.Equal(0, host.WaitForExit().ExitCode);
    }

    [Fact]
    public void An_error_is_shown_and_the_prompt_goes_on()
    {
        HostResult result = RunWithInput(
            "throw 'it'\n\"ok: $?\"\n$Error.Count\n", "-Interactive", "-NoLogo");

        Assert.Contains("it", result.StdErr);
        Assert.Contains("ok: False", result.StdOut);
        Assert.Contains("> 1\n", result.StdOut.ReplaceLineEndings("\n"));
        Assert.Equal(0, result.ExitCode);
    }

    [Fact]
    public void The_prompt_function_is_the_users()
    {
        HostResult result = RunWithInput(
            "function prompt { 'mine# ' }\n'x'\nfunction prompt { }\n'y'\n", "-Interactive", "-NoLogo");

        Assert.Contains("mine# x", result.StdOut);
        Assert.Contains($"PS {Folder}> y", result.StdOut);
    }

    [Fact]
    public void The_session_remembers_what_was_typed_and_nothing_else()
    {
        HostResult result = RunWithInput(
            "'one'\nGet-History | ForEach-Object { \"<$($_.CommandLine)>\" }\n", "-Interactive", "-NoLogo");

        Assert.Contains("<'one'>", result.StdOut);
        Assert.Equal(1, result.StdOut.Split('<').Length - 1);
    }

    [Theory]
    [InlineData("exit\n", 0)]
    [InlineData("exit 5\n'never'\n", 5)]
    [InlineData("", 0)]
    public void It_is_left_by_exit_or_the_end_of_input(string input, int expected)
    {
        HostResult result = RunWithInput(input, "-Interactive");

        Assert.Equal(expected, result.ExitCode);
        Assert.StartsWith("LanPeer ", result.StdOut);
        Assert.DoesNotContain("never", result.StdOut);
    }

    [Fact]
    public void Questions_are_answered_by_key_or_name_or_default()
    {
        const string Ask = "$c = [System.Management.Automation.Host.ChoiceDescription[]]('&Yes', '&No'); "
            + "1..3 | ForEach-Object { 'chose ' + $Host.UI.PromptForChoice('Really?', 'Think.', $c, 0) }\n";
        HostResult result = RunWithInput(Ask + "what\nn\nNO\n\n'next'\n", "-Interactive", "-NoLogo");

        Assert.Contains("[Y] Yes  [N] No  [?] Help (default is \"Y\"): ", result.StdOut);
        Assert.Equal(2, result.StdOut.Split("chose 1").Length - 1);
        Assert.Equal(1, result.StdOut.Split("chose 0").Length - 1);
        Assert.Contains("next", result.StdOut);
    }

    [Fact]
    public void Exit_leaves_a_nested_prompt_first()
    {
        HostResult result = RunWithInput(
            "$Host.EnterNestedPrompt(); 'outer'\n\"level $NestedPromptLevel\"\nexit\n'still here'\nexit 6\n",
            "-Interactive", "-NoLogo");

        Assert.Contains("level 1", result.StdOut);
        Assert.Contains("outer", result.StdOut);
        Assert.Contains("still here", result.StdOut);
        Assert.Equal(6, result.ExitCode);
    }

    [Fact]
    public void On_a_terminal_lines_are_edited_and_recalled_and_control_keys_do_what_they_should()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux() && File.Exists("/usr/bin/script"),
            "A terminal is made by util-linux' script.");
        using InteractiveHost host = HostProcess.Start(How with { OnTerminal = true }, "-NoLogo");
        host.WaitFor("> ");
        host.SendKeys("'ab' + 'd'\u001b[D\u001b[Dc\r");
        host.WaitFor("\nabcd\r\n");
        host.WaitFor("> ");
        host.SendKeys("abandoned\u0003");
        host.WaitFor("^C");
        host.SendKeys("\u001b[A\u001b[A\r");
        host.WaitFor("\nabcd\r\n");
        host.WaitFor("> ");
        host.SendKeys("[Console]::Out.Write('run' + 'ning'); while ($true) { }\r");
        host.WaitFor("running");
        host.SendKeys("\u0003");
        host.WaitFor("> ");
        host.SendKeys("$Host.UI.RawUI.WindowSize.Width\r");
        host.WaitFor("\n80\r\n");
        host.WaitFor("> ");
        host.SendKeys("\u0004");

        Assert.Equal(0, host.WaitForExit().ExitCode);
    }
}
