using System.IO;
using Xunit;

namespace LanPeer.Cmdlets.Tests.Host;

/// <summary>What follows -File reaches the script as if it had been typed behind its name.</summary>
public sealed class HostArgumentTests : HostTest
{
    private const string Parameters =
        "param([string]$Name, [switch]$Loud, [int]$Number = 1)\n"
        + "\"$Name|$Loud|$Number|$($args -join ',')\"";

    [Theory]
    [InlineData("Bob|True|5|", "-Name", "Bob", "-Loud", "-Number", "5")]
    [InlineData("bob smith|False|1|", "-Name:bob smith")]
    [InlineData("x|False|-5|", "-Loud:$false", "-Number", "-5", "x")]
    [InlineData("x|True|1|", "-Loud:$TRUE", "x")]
    [InlineData("漢字 é|False|2|", "漢字 é", "2")]
    [InlineData("a|False|1|b c,-Other,x:y", "a", "1", "b c", "-Other", "x:y")]
    [InlineData("it's $HOME; \"q\"|False|1|", "it's $HOME; \"q\"")]
    public void Parameters_are_bound(string expected, params string[] args)
    {
        HostResult result = Run(["-File", Script(Parameters), .. args]);

        Assert.Equal(string.Empty, result.StdErr);
        Assert.Equal(expected, result.Lines[0]);
    }

    [Fact]
    public void A_script_without_parameters_gets_the_words_in_args()
    {
        string script = Script("foreach ($word in $args) { \"<$word>\" }");
        HostResult result = Run(script, "one", "two words", "", "-Three", "--", "*");

        Assert.Equal(["<one>", "<two words>", "<>", "<-Three>", "<-->", "<*>"], result.Lines);
    }

    [Fact]
    public void The_script_knows_its_place_whatever_its_name()
    {
        string folder = Directory.CreateDirectory(Path.Combine(Folder, "we[1] é")).Name;
        string name = Path.Combine(folder, "b[2] x.ps1");
        Script("$PSScriptRoot; $PSCommandPath; $MyInvocation.InvocationName; $PWD.Path", name);
        HostResult result = Run("-File", name);

        string full = Path.Combine(Folder, name);
        Assert.Equal([Path.GetDirectoryName(full)!, full, full, Folder], result.Lines);
    }

    [Fact]
    public void An_unknown_parameter_of_an_advanced_script_is_its_error()
    {
        string script = Script("[CmdletBinding()] param([string]$Name)\n'ran'");
        HostResult result = Run("-File", script, "-Nome", "x");

        Assert.Equal(1, result.ExitCode);
        Assert.Contains("Nome", result.StdErr);
        Assert.Empty(result.StdOut);
    }

    [Fact]
    public void Command_joins_its_words()
    {
        HostResult result = Run("-NoLogo", "-NoProfile", "-c", "1;", "$args.Count;", "'a'", "+", "'b'");

        Assert.Equal(["1", "0", "ab"], result.Lines);
    }
}
