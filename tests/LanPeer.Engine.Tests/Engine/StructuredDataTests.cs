using System;
using System.Linq;
using System.Text.Json;
using Xunit;

namespace LanPeer.Tests.Engine;

/// <summary>Data as JSON, from one session to another.</summary>
public sealed class StructuredDataTests : EngineTest
{
    [Fact]
    public void Data_arrives_as_JSON_with_a_receipt_and_a_signature()
    {
        LanSession alice = Start("alice");
        LanSession bob = Start("bob");
        WaitToKnow(alice, bob.UserId);

        LanSending sending = alice.BeginPostData("{\"a\":[1,2]}");
        LanMessage message = Receive(bob, LanMessageType.Post);

        Assert.True(message.IsJson);
        Assert.Equal(2, Assert.IsType<JsonElement>(message.Data).GetProperty("a")[1].GetInt32());
        Assert.Equal("{\"a\":[1,2]}", message.Content);
        Assert.True(LanSignedPost.TryVerify(message.GetSignedBytes(), "", out LanSignedPost? post));
        Assert.Equal(message.Content, post!.Content);
        Wait.Until(() => sending.Deliveries.Any(delivery => delivery.State == LanDeliveryState.Delivered), "the receipt comes");
    }

    [Theory]
    [InlineData("{")]
    [InlineData("nothing")]
    [InlineData("[1] [2]")]
    public void What_is_no_JSON_is_not_sent_as_data(string text)
    {
        LanSession alice = Start("alice");

        Assert.Equal(LanErrorId.InvalidText, Assert.Throws<LanPeerException>(() => alice.BeginPostData(text)).ErrorId);
        Assert.Equal(LanErrorId.InvalidText, Assert.Throws<LanPeerException>(() => alice.BeginPostData(new string('[', 65) + new string(']', 65))).ErrorId);
    }

    [Theory]
    [InlineData("{\"a\":")]
    [InlineData("")]
    [InlineData("text")]
    public void What_claims_to_be_data_and_is_none_is_a_text(string content)
    {
        LanSession alice = Start("alice");
        RawSocket raw = OpenRaw();

        raw.Send(alice.Port, $"TYPE:POST\nUSER_ID:mallory@127.0.0.1\nCONTENT:{content}\nMESSAGE_ID:0123456789abcdef\nCONTENT_TYPE:json\n\n");
        LanMessage message = Receive(alice, LanMessageType.Post);

        Assert.Equal((true, null, content), (message.IsJson, message.Data, message.Content));
    }

    [Fact]
    public void Data_nested_without_end_is_a_text()
    {
        LanSession alice = Start("alice");
        RawSocket raw = OpenRaw();

        raw.Send(alice.Port, $"TYPE:POST\nUSER_ID:mallory@127.0.0.1\nCONTENT:{new string('[', 60_000)}\nMESSAGE_ID:0123456789abcdef\nCONTENT_TYPE:json\n\n");

        Assert.Null(Receive(alice, LanMessageType.Post).Data);
    }
}
