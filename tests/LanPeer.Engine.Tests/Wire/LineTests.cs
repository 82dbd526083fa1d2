using System;
using System.Collections.Generic;
using System.Text;
using LanPeer.Wire;
using Xunit;

namespace LanPeer.Tests.Wire;

/// <summary>Lines are found 32 bytes at a time: wherever they begin and end, they are the lines a simple reader finds.</summary>
public sealed class LineTests
{
    private static readonly string[] s_parts =
        ["\n", "\r\n", ":", "::", "TYPE:POST\n", "TYPE: POST\r\n", "USER_ID:a@b\n", "CONTENT:x:y\n", "CONTENT:", "x", "TIMESTAMP:1\n", "\r", "MESSAGE_ID:ab", " "];

    [Fact]
    public void Values_are_those_of_a_reader_that_splits_at_line_feeds()
    {
        var random = new Random(1);
        int read = 0;
        for (int i = 0; i < 20_000; i++)
        {
            var text = new StringBuilder("TYPE:POST\nUSER_ID:alice@10.0.0.1\n");
            int parts = random.Next(12);
            for (int part = 0; part < parts; part++)
            {
                text.Append(s_parts[random.Next(s_parts.Length)]).Append('z', random.Next(4) == 0 ? random.Next(70) : 0);
            }

            byte[] bytes = Encoding.UTF8.GetBytes(text.ToString());
            if (DatagramReader.Read(bytes, out Datagram datagram) != DropReason.None || datagram.Dialect != Dialect.Lean)
            {
                continue;
            }

            read++;
            Dictionary<string, string> expected = Split(text.ToString());
            Assert.Equal(expected.GetValueOrDefault("CONTENT", ""), datagram.Text(Field.Content));
            Assert.Equal(expected.GetValueOrDefault("TIMESTAMP", ""), datagram.Text(Field.Timestamp));
            Assert.Equal(expected.GetValueOrDefault("MESSAGE_ID", ""), datagram.Text(Field.MessageId));
        }

        Assert.True(read > 5_000, $"{read} were read");
    }

    [Fact]
    public void A_line_is_found_at_every_place()
    {
        for (int before = 0; before < 100; before++)
        {
            string filling = new('x', before);
            byte[] bytes = Encoding.UTF8.GetBytes($"TYPE:POST\nUSER_ID:a@b\nX:{filling}\nCONTENT:{filling}:1\nMESSAGE_ID:7");

            Assert.Equal(DropReason.None, DatagramReader.Read(bytes, out Datagram datagram));
            Assert.Equal($"{filling}:1", datagram.Text(Field.Content));
            Assert.Equal("7", datagram.Text(Field.MessageId));
        }
    }

    [Fact]
    public void Texts_of_every_length_are_read_with_a_byte_order_mark_and_without()
    {
        for (int length = 0; length < 140; length++)
        {
            foreach (string mark in (string[])["", "\uFEFF"])
            {
                foreach (string end in (string[])["", "\n", "\r\n", ":", "\n:"])
                {
                    // Of 25 bytes and more: those below 32 are read one at a time.
                    byte[] bytes = Encoding.UTF8.GetBytes($"{mark}TYPE:POST\nFROM:a@b\nX:{new string('\u00E9', length / 2)}{new string('x', length % 2)}{end}");

                    Assert.Equal(DropReason.None, DatagramReader.Read(bytes, out Datagram datagram));
                    Assert.Equal("a@b", datagram.Text(Field.From));
                    Assert.Equal(MessageType.Post, datagram.Type);
                }
            }
        }
    }

    [Fact]
    public void A_byte_that_is_no_text_is_found_at_every_place_and_whatever_else_is_wrong()
    {
        foreach (string fault in (string[])["", "FROM:c@d\n", "TYPE:DM\n", "TYPE:\n"])
        {
            string start = $"TYPE:POST\n{fault}FROM:a@b\nCONTENT:";
            for (int length = 1; length < 80; length++)
            {
                byte[] bytes = Encoding.UTF8.GetBytes(start + new string('x', length));
                DropReason sound = DatagramReader.Read(bytes, out _);
                for (int place = 1; place < bytes.Length; place++)
                {
                    byte whole = bytes[place];
                    bytes[place] = 0x80;
                    Assert.Equal(DropReason.NotText, DatagramReader.Read(bytes, out Datagram datagram));
                    Assert.False(datagram.Has(Field.Type));
                    bytes[place] = whole;
                }

                Assert.Equal(fault.Length == 0 ? DropReason.None : DropReason.ConflictingFields, sound);
            }
        }
    }

    [Fact]
    public void A_letter_of_two_bytes_is_read_at_every_place()
    {
        for (int length = 0; length < 80; length++)
        {
            for (int place = 0; place <= length; place++)
            {
                string content = new string('x', place) + "\u00E9" + new string('y', length - place);

                Assert.Equal(DropReason.None, DatagramReader.Read(Encoding.UTF8.GetBytes($"TYPE:POST\nFROM:a@b\nCONTENT:{content}\nMESSAGE_ID:7"), out Datagram datagram));
                Assert.Equal(content, datagram.Text(Field.Content));
                Assert.Equal("7", datagram.Text(Field.MessageId));
            }
        }
    }

    /// <summary>The first of each key; contradictions are not read at all.</summary>
    private static Dictionary<string, string> Split(string text)
    {
        var fields = new Dictionary<string, string>();
        foreach (string line in text.Split('\n'))
        {
            string bare = line.EndsWith('\r') ? line[..^1] : line;
            int colon = bare.IndexOf(':', StringComparison.Ordinal);
            if (colon > 0)
            {
                string value = bare[(colon + 1)..];
                string key = bare[..colon].Trim(' ', '\t');
                if (!fields.TryGetValue(key, out string? known) || value.Length < known.Length)
                {
                    // KEY: x and KEY:x are one; the one without the blank is exact.
                    fields[key] = value;
                }
            }
        }

        return fields;
    }
}
