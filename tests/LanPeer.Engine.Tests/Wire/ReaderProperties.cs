using System;
using System.Text;
using System.Text.Unicode;
using FsCheck;
using FsCheck.Fluent;
using LanPeer.Wire;
using Xunit;

namespace LanPeer.Tests.Wire;

public sealed class ReaderProperties
{
    private static readonly Config s_config = Config.QuickThrowOnFailure.WithQuietOnSuccess(true).WithMaxTest(20_000).WithEndSize(60);

    [Fact]
    public void Reading_never_throws_and_twice_is_the_same()
        => Prop.ForAll(Arbitrary.Datagram, bytes => WireNames.Describe(bytes) == WireNames.Describe((byte[])bytes.Clone())).Check(s_config);

    [Fact]
    public void What_lies_around_a_datagram_is_not_read()
        => Prop.ForAll(Arbitrary.Datagram, bytes =>
            DescribeBetween(bytes, "TYPE:LEAVE\nUSER_ID:", "@6.6.6.6\nMESSAGE_ID:no\n") == WireNames.Describe(bytes)).Check(s_config);

    [Fact]
    public void A_sender_is_a_user_id_and_every_message_has_one()
        => Prop.ForAll(Arbitrary.Datagram, bytes =>
        {
            if (DatagramReader.Read(bytes, out Datagram datagram) != DropReason.None)
            {
                return true;
            }

            return datagram.Sender.IsEmpty
                ? datagram.Type == MessageType.PeerDiscovery && datagram.HasValue(Field.Ask)
                : UserIds.IsValid(datagram.Sender);
        }).Check(s_config);

    [Fact]
    public void A_second_sender_is_never_overlooked()
        => Prop.ForAll(Arbitrary.Datagram, bytes =>
        {
            if (DatagramReader.Read(bytes, out Datagram datagram) != DropReason.None || datagram.Sender.IsEmpty
                || bytes.Length > 60_000)
            {
                return true;
            }

            byte[] added = [.. bytes, .. "\nUSER_ID:mallory@6.6.6.6\n"u8];
            return DatagramReader.Read(added, out _) == DropReason.ConflictingFields
                || datagram.Sender.SequenceEqual("mallory@6.6.6.6"u8);
        }).Check(s_config);

    [Fact]
    public void Line_ends_do_not_matter()
        => Prop.ForAll(Arbitrary.Datagram, bytes =>
        {
            if (bytes.Length == 0 || bytes.AsSpan().IndexOf((byte)'\r') >= 0 || !Utf8.IsValid(bytes))
            {
                return true;
            }

            byte[] converted = Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(bytes).Replace("\n", "\r\n"));
            return WireNames.Describe(converted) == WireNames.Describe(bytes);
        }).Check(s_config);

    private static string DescribeBetween(byte[] bytes, string before, string behind)
    {
        byte[] all = [.. Encoding.UTF8.GetBytes(before), .. bytes, .. Encoding.UTF8.GetBytes(behind)];
        return WireNames.Describe(all.AsSpan(before.Length, bytes.Length));
    }
}
