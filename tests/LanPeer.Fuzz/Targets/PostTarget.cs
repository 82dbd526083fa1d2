using System;
using System.Collections.Generic;
using System.Text;
using LanPeer.Security;
using LanPeer.VirtualNetwork;
using LanPeer.Wire;

namespace LanPeer.Fuzz;

/// <summary>
/// Signed posts, checked from their bytes: whatever is changed, nobody says what he did not sign. And passed on: whatever came
/// says the same then, and names whom it came from.
/// </summary>
internal sealed class PostTarget : InputTarget
{
    private static readonly HashSet<string> s_said = SaidBy(Vectors.Posts);
    private static readonly PublicIdentity s_author = Author();

    public override string Name => "signed-post";

    public override string About => "LanSignedPost: a post that verifies says what its author signed";

    public override int CasesInTests => 20;

    protected override IReadOnlyList<byte[]> Corpus => Vectors.Posts;

    public override string Try(byte[] input)
    {
        PassOn(input);
        if (!LanSignedPost.TryVerify(input, "", out LanSignedPost? post))
        {
            return DatagramReader.Read(input, out Datagram datagram, PostSignature.MaxAttested) is var reason && reason != DropReason.None ? reason.ToString()
                : PostSignature.TryDecode(datagram[Field.Signature], Identity.SignatureLength) is null ? "no signature" : "not signed";
        }

        Require(s_said.Contains(Saying(input)), "somebody says what he did not sign");
        Visible.Check(post!.Content, isLine: false);
        _ = (post.ToString(), post.Timestamp);
        return "signed";
    }

    protected override byte[] Mutate(byte[] input, byte[] other, SeededRandom random) => random.Chance(0.2)
        ? ByteMutator.Mutate(input, other, random) : TextMutator.Mutate(input, other, random);

    private static PublicIdentity Author()
    {
        using var identity = Identity.Create();
        return identity.Public;
    }

    private static void PassOn(byte[] input)
    {
        if (DatagramReader.Read(input, out Datagram came) != DropReason.None || came.Type != MessageType.Post)
        {
            return;
        }

        if (PostSignature.Attest(input, s_author) is not byte[] attested)
        {
            Require(!came.HasValue(Field.UserId) || input.AsSpan().Contains((byte)'\r'), "it could be passed on");
            return;
        }

        Require(DatagramReader.Read(attested, out Datagram passedOn, PostSignature.MaxAttested) == DropReason.None, "what is passed on cannot be read");
        Require(passedOn.Has(Field.SignKey) && !PostSignature.NamesAnother(passedOn, s_author), "what is passed on names somebody else");
        Require(passedOn[Field.UserId].SequenceEqual(came[Field.UserId]) && passedOn[Field.MessageId].SequenceEqual(came[Field.MessageId])
            && passedOn[Field.Timestamp].SequenceEqual(came[Field.Timestamp]) && passedOn[Field.ContentType].SequenceEqual(came[Field.ContentType])
            && passedOn[Field.Signature].SequenceEqual(came[Field.Signature]) && passedOn.ContentText() == came.ContentText(),
            "what is passed on is not what came");
    }

    private static HashSet<string> SaidBy(IEnumerable<byte[]> posts)
    {
        var said = new HashSet<string>(StringComparer.Ordinal);
        foreach (byte[] post in posts)
        {
            said.Add(Saying(post));
        }

        return said;
    }

    private static string Saying(byte[] post)
    {
        _ = DatagramReader.Read(post, out Datagram datagram, PostSignature.MaxAttested);
        return Encoding.Latin1.GetString(PostSignature.Statement(
            "", datagram[Field.PeerId], datagram[Field.UserId], datagram[Field.MessageId], datagram[Field.Timestamp], datagram.ContentText(), datagram[Field.ContentType]));
    }
}
