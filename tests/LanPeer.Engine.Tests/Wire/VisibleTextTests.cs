using System;
using System.Text;
using LanPeer.Wire;
using Xunit;

namespace LanPeer.Tests.Wire;

public sealed class VisibleTextTests
{
    [Theory]
    [InlineData("", "")]
    [InlineData("plain text, grüß dich 你好 👋", "plain text, grüß dich 你好 👋")]
    [InlineData("\u001b[2J", "␛[2J")]
    [InlineData("a\0b", "a␀b")]
    [InlineData("\u0007", "␇")]
    [InlineData("a\tb", "a␉b")]
    [InlineData("a\r\nb", "a␍␊b")]
    [InlineData("\u007f", "␡")]
    [InlineData("\u0085", "\\u{0085}")]
    [InlineData("\u009b2J", "\\u{009B}2J")]
    [InlineData("\u202ecod", "\\u{202E}cod")]
    [InlineData("\u2066a\u2069", "\\u{2066}a\\u{2069}")]
    [InlineData("\u200e\u200f\u061c", "\\u{200E}\\u{200F}\\u{061C}")]
    [InlineData("a\u2028b\u2029c", "a\\u{2028}b\\u{2029}c")]
    [InlineData("\ufeff", "\\u{FEFF}")]
    [InlineData("\U000E0041", "\\u{E0041}")]
    [InlineData("👋\u001b👋", "👋␛👋")]
    public void Line_shows_what_commands(string text, string expected)
    {
        Assert.Equal(expected, VisibleText.Line(text));
        Assert.Equal(expected, VisibleText.Line(VisibleText.Line(text)));
    }

    [Theory]
    [InlineData("a\nb\tc", "a\nb\tc")]
    [InlineData("a\r\nb", "a\r\nb")]
    [InlineData("a\rb", "a␍b")]
    [InlineData("a\r", "a␍")]
    [InlineData("a\r\r\nb", "a␍\r\nb")]
    [InlineData("a\n\u001bb", "a\n␛b")]
    [InlineData("a\vb\fc", "a␋b␌c")]
    [InlineData("a\u2028b", "a\\u{2028}b")]
    public void Block_keeps_lines_and_tabs(string text, string expected) => Assert.Equal(expected, VisibleText.Block(text));

    [Fact]
    public void Half_a_surrogate_pair_becomes_a_replacement_character()
    {
        Assert.Equal("a\uFFFDb", VisibleText.Line("a\uD83Db"));
        Assert.Equal("\uFFFD", VisibleText.Block("\uDC00"));
    }

    [Fact]
    public void Text_with_nothing_hidden_is_not_copied()
    {
        const string text = "nothing to see\n";
        Assert.Same(text, VisibleText.Block(text));
    }

    [Fact]
    public void No_control_character_passes()
    {
        for (int c = 0; c < 0x110000; c++)
        {
            if (!Rune.TryCreate(c, out Rune rune) || !(Rune.IsControl(rune) || VisibleText.IsHidden(rune)))
            {
                continue;
            }

            string shown = VisibleText.Line($"a{rune}b");
            Assert.False(shown.Contains(rune.ToString(), StringComparison.Ordinal), $"U+{c:X4} passes.");
            Assert.DoesNotContain(shown.EnumerateRunes(), VisibleText.IsHidden);
        }
    }
}
