using System;
using System.Collections;
using System.Collections.Generic;
using System.Linq;
using System.Management.Automation;
using System.Text.Json;
using LanPeer.Cmdlets.Data;
using Xunit;

namespace LanPeer.Cmdlets.Tests;

/// <summary>Objects as JSON and back; what comes back was written by anybody.</summary>
public sealed class DataTests
{
    [Theory]
    [InlineData(null, "null")]
    [InlineData(true, "true")]
    [InlineData(-7, "-7")]
    [InlineData(9_007_199_254_740_993L, "9007199254740993")]
    [InlineData(0.1, "0.1")]
    [InlineData(double.NaN, "\"NaN\"")]
    [InlineData("a\"\\\n\u001b<>é語", "\"a\\\"\\\\\\n\\u001B<>é語\"")]
    [InlineData('x', "\"x\"")]
    [InlineData(DayOfWeek.Monday, "\"Monday\"")]
    public void A_value_is_written_as_JSON(object? value, string json) => Assert.Equal(json, Write(value));

    [Fact]
    public void Dates_numbers_and_nested_objects_come_back_as_they_were()
    {
        var sent = new PSObject();
        sent.Properties.Add(new PSNoteProperty("When", new DateTime(2026, 1, 2, 3, 4, 5, DateTimeKind.Utc)));
        sent.Properties.Add(new PSNoteProperty("Exact", 79_228_162_514_264.3375M));
        sent.Properties.Add(new PSNoteProperty("Large", long.MaxValue));
        sent.Properties.Add(new PSNoteProperty("Disks", new object[] { new Hashtable { ["Free"] = 1.5 }, "sda" }));
        sent.Properties.Add(new PSNoteProperty("Nothing", null));

        PSObject back = Assert.IsType<PSObject>(Read(Write(sent)));

        Assert.Equal(["When", "Exact", "Large", "Disks", "Nothing"], back.Properties.Select(property => property.Name));
        Assert.Equal(new DateTime(2026, 1, 2, 3, 4, 5, DateTimeKind.Utc), ((DateTime)back.Properties["When"].Value).ToUniversalTime());
        Assert.Equal(79_228_162_514_264.3375M, back.Properties["Exact"].Value);
        Assert.Equal(long.MaxValue, back.Properties["Large"].Value);
        object?[] disks = Assert.IsType<object?[]>(back.Properties["Disks"].Value);
        Assert.Equal(1.5M, ((PSObject)disks[0]!).Properties["Free"].Value);
        Assert.Equal("sda", disks[1]);
        Assert.Null(back.Properties["Nothing"].Value);
    }

    [Fact]
    public void What_is_deeper_than_allowed_is_sent_as_text_and_said_to_be()
    {
        var nested = new Hashtable { ["a"] = new Hashtable { ["b"] = new object[] { 1 } } };

        Assert.Equal("{\"a\":{\"b\":[1]}}", DataWriter.Write(nested, 3, out bool isCut));
        Assert.False(isCut);
        Assert.Equal("{\"a\":{\"b\":\"1\"}}", DataWriter.Write(nested, 2, out isCut));
        Assert.True(isCut);
    }

    [Fact]
    public void What_holds_itself_ends_at_the_depth()
    {
        var self = new Hashtable();
        self["self"] = self;

        Assert.Equal("{\"self\":{\"self\":\"System.Collections.Hashtable\"}}", DataWriter.Write(self, 2, out bool isCut));
        Assert.True(isCut);
    }

    [Fact]
    public void What_never_ends_is_refused_when_it_has_become_too_large()
    {
        LanPeerException error = Assert.Throws<LanPeerException>(() => DataWriter.Write(Endless(), 4, out _));

        Assert.Equal(LanErrorId.MessageTooLarge, error.ErrorId);

        static IEnumerable<string> Endless()
        {
            while (true)
            {
                yield return "more of the same";
            }
        }
    }

    [Fact]
    public void A_text_that_is_no_Unicode_is_refused()
        => Assert.Equal(LanErrorId.InvalidText, Assert.Throws<LanPeerException>(() => Write("a\ud800")).ErrorId);

    [Fact]
    public void A_property_that_cannot_be_read_has_no_value()
    {
        var value = new PSObject();
        value.Properties.Add(new PSScriptProperty("Broken", ScriptBlock.Create("throw 'no'")));

        Assert.Equal("{\"Broken\":null}", Write(value));
    }

    [Fact]
    public void Names_and_texts_of_others_cannot_command_a_terminal()
    {
        PSObject read = Assert.IsType<PSObject>(Read("""{"a\u001b[31m\nb":"x\u001b]0;owned\u0007\u202e"}"""));

        PSPropertyInfo property = Assert.Single(read.Properties);
        Assert.All(property.Name + (string)property.Value, c => Assert.False(char.IsControl(c) || c == '\u202e'));
    }

    [Theory]
    [InlineData("""{"a":1,"A":2}""", "a", 2)]
    [InlineData("""{"a":1,"":3}""", "a", 1)]
    public void Names_PowerShell_cannot_tell_apart_or_has_no_use_for_do_no_harm(string json, string name, int value)
    {
        PSPropertyInfo property = Assert.Single(Assert.IsType<PSObject>(Read(json)).Properties);
        Assert.Equal((name, value), (property.Name, (int)property.Value));
    }

    [Fact]
    public void A_type_name_in_data_is_a_text_like_any_other()
    {
        PSObject read = Assert.IsType<PSObject>(Read("""{"$type":"System.Diagnostics.Process","PSTypeName":"LanPeer.LanSession"}"""));

        Assert.DoesNotContain("LanPeer.LanSession", read.TypeNames);
        Assert.Equal(["System.Diagnostics.Process", "LanPeer.LanSession"], read.Properties.Select(property => (string)property.Value));
    }

    [Fact]
    public void Many_properties_cost_what_many_properties_cost()
    {
        string json = "{" + string.Join(',', Enumerable.Range(0, 100_000).Select(i => $"\"p{i}\":1")) + "}";

        Assert.Equal(100_000, Assert.IsType<PSObject>(Read(json)).Properties.Count());
    }

    [Theory]
    [InlineData("2026-11-23")]
    [InlineData("2026-11-23T25:00:00Z")]
    [InlineData("0123456789T12345678")]
    public void A_text_that_only_looks_like_a_date_stays_one(string text) => Assert.Equal(text, Read($"\"{text}\""));

    [Theory]
    [InlineData("Send-LanPost -InputObject ([pscustomobject]@{ Free = 3 }) -AsJson")]
    [InlineData("[pscustomobject]@{ Free = 3 } | Send-LanPost -AsJson")]
    [InlineData("@{ Free = 3 } | Send-LanDM bob -AsJson")]
    [InlineData("Send-LanDM bob @{ Free = 3 } -AsJson")]
    [InlineData("Get-LanPeer bob | Send-LanDM -InputObject @{ Free = 3 } -AsJson")]
    public void Data_arrives_as_objects(string script)
    {
        (PowerShellSession alice, PowerShellSession bob) = PowerShellSession.Pair();
        using (alice)
        using (bob)
        {
            alice.Run(script);
            Assert.Empty(alice.Errors);
            Assert.Equal(3, bob.One<int>("(Receive-LanMessage -Timeout 20 -Count 1).Data.Free"));
        }
    }

    [Theory]
    [InlineData("[pscustomobject]@{ Name = 'sda'; Free = 3 } | Send-LanPost", "Name : sda\nFree : 3")]
    [InlineData("Send-LanPost -InputObject @{ Free = 3 }", "Free : 3")]
    [InlineData("Send-LanPost -InputObject 1.5", "1.5")]
    [InlineData("1..1 | Send-LanDM bob", "1")]
    [InlineData("Send-LanDM bob -InputObject ([timespan]'00:00:05')", "00:00:05")]
    [InlineData("try { throw 'broken' } catch { $_ | Send-LanPost }", "broken")]
    public void Without_it_any_object_is_sent_as_a_text_that_can_be_read(string script, string text)
    {
        (PowerShellSession alice, PowerShellSession bob) = PowerShellSession.Pair();
        using (alice)
        using (bob)
        {
            alice.Run(script);
            Assert.Empty(alice.Errors);
            LanMessage message = bob.One<LanMessage>("Receive-LanMessage -Timeout 20 -Count 1");
            Assert.Equal((text, false, null), (message.Content, message.IsJson, message.Data));
        }
    }

    private static string Write(object? value) => DataWriter.Write(value, 8, out _);

    private static object? Read(string json)
    {
        using var document = JsonDocument.Parse(json);
        return DataReader.Read(document.RootElement);
    }
}
