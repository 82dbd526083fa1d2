using System;
using System.Linq;
using System.Text;
using FsCheck;
using FsCheck.Fluent;
using LanPeer.Wire;
using Xunit;

namespace LanPeer.Tests.Wire;

public sealed class WriterProperties
{
    private static readonly Config s_config = Config.QuickThrowOnFailure.WithQuietOnSuccess(true).WithMaxTest(10_000).WithEndSize(40);
    private static readonly byte[] s_alice = "alice@10.77.0.1"u8.ToArray();
    private static readonly byte[] s_bob = "bob@10.77.0.2"u8.ToArray();
    private static readonly Envelope s_envelope = new(s_alice, 1_795_368_238, 0xD7E8_2EFC_2209_5AAD);
    private static readonly WriteForm[] s_forms =
        [default, new(Dialect.Lean, Tokens: true), new(Dialect.Rfc, Tokens: false), new(Dialect.Rfc, Tokens: true)];

    [Fact]
    public void A_text_arrives_as_it_was_written()
        => Prop.ForAll(Arbitrary.Text, text => s_forms.All(form =>
            IsRestored(Post(text, form), text, form) && IsRestored(DM(text, form), text, form))).Check(s_config);

    [Fact]
    public void A_text_adds_no_line_and_no_field()
        => Prop.ForAll(Arbitrary.Text, text => s_forms.All(form =>
            HasLinesOf(Post(text, form), Post(WithSameEncoding(text), form))
            && HasLinesOf(DM(text, form), DM(WithSameEncoding(text), form)))).Check(s_config);

    [Fact]
    public void A_text_changes_nothing_but_itself()
        => Prop.ForAll(Arbitrary.Text, text => s_forms.All(form =>
        {
            byte[] bytes = DM(text, form);
            return DatagramReader.Read(bytes, out Datagram datagram) == DropReason.None
                && datagram.Type == MessageType.DM && datagram.Dialect == form.Dialect
                && datagram.Sender.SequenceEqual(s_alice) && datagram[Field.To].SequenceEqual(s_bob)
                && datagram[Field.MessageId].SequenceEqual("d7e82efc22095aad"u8) && datagram.Timestamp == 1_795_368_238
                && datagram.HasValue(Field.Token) == form.Tokens && datagram.IsEscaped == ContentEscape.IsNeeded(text);
        })).Check(s_config);

    [Fact]
    public void No_value_holds_a_line_break_or_a_nul()
        => Prop.ForAll(Arbitrary.Text, text => s_forms.All(form => Post(text, form).AsSpan().IndexOfAny((byte)'\r', (byte)'\0') < 0
            && DM(text, form).AsSpan().IndexOfAny((byte)'\r', (byte)'\0') < 0)).Check(s_config);

    [Fact]
    public void Escaping_is_undone_exactly()
        => Prop.ForAll(Arbitrary.Text, text =>
        {
            byte[] encoded = Encoding.UTF8.GetBytes(ContentEscape.Encode(text));
            return ContentEscape.IsValid(encoded) && ContentEscape.Decode(encoded) == text && encoded.AsSpan().IndexOfAny("\r\n\0"u8) < 0;
        }).Check(s_config);

    [Fact]
    public void A_text_made_visible_commands_nothing_and_stays_so()
        => Prop.ForAll(Arbitrary.Text, text =>
        {
            string line = VisibleText.Line(text);
            return !line.EnumerateRunes().Any(VisibleText.IsHidden) && VisibleText.Line(line) == line
                && VisibleText.Block(VisibleText.Block(text)) == VisibleText.Block(text);
        }).Check(s_config);

    private static byte[] Post(string text, WriteForm form)
    {
        byte[] buffer = new byte[WireLimits.MaxDatagram];
        int length = MessageWriter.Post(buffer, s_envelope, text, form);
        Assert.NotEqual(0, length);
        return buffer[..length];
    }

    private static byte[] DM(string text, WriteForm form)
    {
        byte[] buffer = new byte[WireLimits.MaxDatagram];
        int length = MessageWriter.DM(buffer, s_envelope, s_bob, text, form);
        Assert.NotEqual(0, length);
        return buffer[..length];
    }

    private static bool IsRestored(byte[] bytes, string text, WriteForm form)
    {
        // Behind a value of the RFC's dialect blanks mean nothing, so they do not survive it.
        string expected = form.Dialect == Dialect.Rfc ? text.TrimEnd(' ', '\t') : text;
        return DatagramReader.Read(bytes, out Datagram datagram) == DropReason.None && datagram.ContentText() == expected;
    }

    private static string WithSameEncoding(string text) => ContentEscape.IsNeeded(text) ? "\n" : "";

    /// <summary>The same keys in the same lines, whatever the values.</summary>
    private static bool HasLinesOf(byte[] one, byte[] other)
        => Encoding.UTF8.GetString(one).Split('\n').Select(l => l.Split(':')[0])
            .SequenceEqual(Encoding.UTF8.GetString(other).Split('\n').Select(l => l.Split(':')[0]));
}
