using System;
using System.Linq;
using System.Reflection;
using System.Runtime.ExceptionServices;
using System.Runtime.Loader;
using System.Security.Cryptography;
using System.Threading;
using FsCheck;
using FsCheck.Fluent;
using LanPeer.Security.Noise;
using LanPeer.Tests.Engine;
using LanPeer.VirtualNetwork;
using Xunit;

namespace LanPeer.Tests.Security;

/// <summary>AES-256-GCM by the BCL and by OpenSSL: the same of the same.</summary>
public sealed class GcmCipherTests
{
    private static readonly byte[] s_key = [.. Enumerable.Range(0, 32).Select(i => (byte)i)];
    private static readonly byte[] s_nonce = [.. Enumerable.Range(0, 12).Select(i => (byte)(i * 7))];
    private static readonly Config s_config = Config.QuickThrowOnFailure.WithQuietOnSuccess(true).WithMaxTest(1_000);

    private static readonly Arbitrary<Sample> s_samples = Arb.From(
        from length in Gen.OneOf(Gen.Choose(0, 600), Gen.Choose(8_000, 8_200), Gen.Choose(65_000, 66_000))
        from associated in Gen.OneOf(Gen.Constant(0), Gen.Constant(16), Gen.Choose(0, 200))
        from seed in Gen.Choose(0, int.MaxValue)
        from flip in Gen.Choose(0, int.MaxValue)
        select new Sample(length, associated, seed, flip));

    [Fact]
    public void Linux_with_the_BCLs_OpenSSL_3_uses_it()
        => Assert.Equal(OperatingSystem.IsLinux() && SafeEvpPKeyHandle.OpenSslVersion >> 28 == 3, OpenSslGcm.IsThere);

    [Fact]
    public void The_switch_keeps_to_the_BCL()
    {
        Assert.SkipWhen(Environment.GetEnvironmentVariable(AesGcmAead.Variable) is not null, "This run has chosen.");
        Assert.Same(AesGcmAead.OpenSsl ?? AesGcmAead.Bcl, AesGcmAead.Instance);
        AppContext.SetSwitch(AesGcmAead.SwitchName, true);
        try
        {
            Assert.Same(AesGcmAead.Bcl, AesGcmAead.Instance);
            Assert.Same(AesGcmAead.Bcl, HandshakeSuite.Default.Aead);
        }
        finally
        {
            AppContext.SetSwitch(AesGcmAead.SwitchName, false);
        }
    }

    /// <summary>Whoever sets it may have an OpenSSL that is not to be called. Asked of a second copy of the Engine, which nobody has used yet.</summary>
    [Fact]
    public void With_the_switch_OpenSSL_is_not_even_tried()
    {
        var context = new AssemblyLoadContext("Engine", isCollectible: true);
        Assembly engine = context.LoadFromAssemblyPath(typeof(LanSession).Assembly.Location);
        AppContext.SetSwitch(AesGcmAead.SwitchName, true);
        try
        {
            Type aead = engine.GetType(typeof(AesGcmAead).FullName!, throwOnError: true)!;
            object? chosen = aead.GetProperty(nameof(AesGcmAead.Instance))!.GetValue(null);
            Assert.Same(aead.GetProperty(nameof(AesGcmAead.Bcl))!.GetValue(null), chosen);
            FieldInfo probe = engine.GetType(typeof(OpenSslGcm).FullName!, throwOnError: true)!.GetField("s_isThere", BindingFlags.NonPublic | BindingFlags.Static)!;
            Assert.False(((Lazy<bool>)probe.GetValue(null)!).IsValueCreated);
        }
        finally
        {
            AppContext.SetSwitch(AesGcmAead.SwitchName, false);
            context.Unload();
        }
    }

    [Fact]
    public void Both_seal_alike_and_open_what_the_other_sealed()
    {
        _ = Ciphers.Of(isManaged: false);
        Prop.ForAll(s_samples, sample =>
        {
            (byte[] key, byte[] nonce, byte[] associated, byte[] text) = sample.Make();
            using var one = new OpenSslGcm(key);
            using var other = new BclGcm(key);
            (byte[] ours, byte[] ourTag) = Seal(one, nonce, associated, text);
            (byte[] theirs, byte[] theirTag) = Seal(other, nonce, associated, text);

            // In place, as datagrams are, and again with the same prepared key.
            byte[] inPlace = [.. text];
            byte[] tag = new byte[Aead.TagLength];
            one.Seal(nonce, associated, inPlace, inPlace, tag);
            byte[] opened = new byte[text.Length];
            return ours.AsSpan().SequenceEqual(theirs) && ourTag.AsSpan().SequenceEqual(theirTag)
                && inPlace.AsSpan().SequenceEqual(theirs) && tag.AsSpan().SequenceEqual(theirTag)
                && one.TryOpen(nonce, associated, theirs, theirTag, opened) && opened.AsSpan().SequenceEqual(text)
                && one.TryOpen(nonce, associated, inPlace, tag, inPlace) && inPlace.AsSpan().SequenceEqual(text);
        }).Check(s_config);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Any_bit_that_is_another_is_refused_and_leaves_zeros_and_the_next_one_opens(bool isManaged)
    {
        _ = Ciphers.Of(isManaged);
        Prop.ForAll(s_samples, sample =>
        {
            (byte[] key, byte[] nonce, byte[] associated, byte[] text) = sample.Make();
            using IGcmCipher cipher = New(isManaged, key);
            (byte[] sealedText, byte[] tag) = Seal(cipher, nonce, associated, text);
            byte[][] parts = [nonce, associated, sealedText, tag];
            byte[] part = parts.Where(part => part.Length > 0).ElementAt(sample.Flip % parts.Count(part => part.Length > 0));
            int bit = sample.Flip / 4 % (8 * part.Length);
            byte[] opened = [.. Enumerable.Repeat((byte)0xEE, text.Length)];
            part[bit / 8] ^= (byte)(1 << (bit % 8));
            bool isRefused = !cipher.TryOpen(nonce, associated, sealedText, tag, opened) && !opened.AsSpan().ContainsAnyExcept((byte)0);
            part[bit / 8] ^= (byte)(1 << (bit % 8));
            return isRefused && cipher.TryOpen(nonce, associated, sealedText, tag, opened) && opened.AsSpan().SequenceEqual(text);
        }).Check(s_config);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_length_that_does_not_fit_is_refused_before_anything_is_written(bool isManaged)
    {
        _ = Ciphers.Of(isManaged);
        using IGcmCipher cipher = New(isManaged, s_key);
        byte[] text = new byte[40];
        byte[] room = new byte[40];
        byte[] tag = new byte[16];

        Assert.ThrowsAny<Exception>(() => New(isManaged, s_key.AsSpan(1)));
        Assert.ThrowsAny<ArgumentException>(() => cipher.Seal(s_nonce.AsSpan(1), [], text, room, tag));
        Assert.ThrowsAny<ArgumentException>(() => cipher.Seal(s_nonce, [], text, room.AsSpan(1), tag));
        Assert.ThrowsAny<ArgumentException>(() => cipher.Seal(s_nonce, [], text, room, tag.AsSpan(1)));
        Assert.ThrowsAny<ArgumentException>(() => cipher.TryOpen(s_nonce.AsSpan(1), [], text, tag, room));
        Assert.ThrowsAny<ArgumentException>(() => cipher.TryOpen(s_nonce, [], text, tag, room.AsSpan(1)));
        Assert.ThrowsAny<ArgumentException>(() => cipher.TryOpen(s_nonce, [], text, tag.AsSpan(1), room));
        Assert.Equal(new byte[40], room);
        Assert.Equal(new byte[16], tag);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_text_is_not_written_over_a_part_of_itself_and_no_counter_is_lost_by_that(bool isManaged)
    {
        using AeadKey key = Ciphers.Of(isManaged).CreateKey(s_key);
        byte[] room = new byte[60];

        Assert.Throws<InvalidOperationException>(() => key.Seal(0, [], room.AsSpan(0, 30), room.AsSpan(1, 46)));
        Assert.Throws<InvalidOperationException>(() => key.Seal(0, [], room.AsSpan(1, 30), room.AsSpan(0, 46)));
        Assert.Throws<InvalidOperationException>(() => key.TryOpen(0, [], room.AsSpan(0, 46), room.AsSpan(1, 30)));
        Assert.Equal(new byte[60], room);
        key.Seal(0, [], room.AsSpan(0, 30), room.AsSpan(0, 46));
        Assert.True(key.TryOpen(0, [], room.AsSpan(0, 46), room.AsSpan(0, 30)));
        Assert.Equal(new byte[30], room.AsSpan(0, 30));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_disposed_one_refuses(bool isManaged)
    {
        _ = Ciphers.Of(isManaged);
        IGcmCipher cipher = New(isManaged, s_key);
        cipher.Dispose();
        cipher.Dispose();

        Assert.Throws<ObjectDisposedException>(() => cipher.Seal(s_nonce, [], [], [], new byte[16]));
        Assert.Throws<ObjectDisposedException>(() => cipher.TryOpen(s_nonce, [], [], new byte[16], []));
    }

    /// <summary>A thread may seal while another lets go of the key: no memory is used after it was freed.</summary>
    [Fact]
    public void A_key_that_is_let_go_of_meanwhile_is_freed_after_its_use()
    {
        _ = Ciphers.Of(isManaged: false);
        for (int i = 0; i < 200; i++)
        {
            var cipher = new OpenSslGcm(s_key);
            using var begun = new ManualResetEventSlim();
            var thread = new Thread(() =>
            {
                byte[] text = new byte[1_000];
                byte[] tag = new byte[16];
                try
                {
                    for (int j = 0; j < 100_000; j++)
                    {
                        cipher.Seal(s_nonce, [], text, text, tag);
                        begun.Set();
                    }
                }
                catch (ObjectDisposedException)
                {
                    begun.Set();
                }
            });
            thread.Start();
            Assert.True(begun.Wait(Wait.Long, TestContext.Current.CancellationToken));
            cipher.Dispose();
            Assert.True(thread.Join(Wait.Long));
        }
    }

    [Fact]
    public void A_forged_text_throws_nothing_not_even_inside()
    {
        _ = Ciphers.Of(isManaged: false);
        using var cipher = new OpenSslGcm(s_key);
        byte[] room = new byte[200];
        int thread = Environment.CurrentManagedThreadId;
        int thrown = 0;
        void Count(object? sender, FirstChanceExceptionEventArgs happened)
            => thrown += Environment.CurrentManagedThreadId == thread ? 1 : 0;
        AppDomain.CurrentDomain.FirstChanceException += Count;
        try
        {
            Assert.False(cipher.TryOpen(s_nonce, [], new byte[200], new byte[16], room));
        }
        finally
        {
            AppDomain.CurrentDomain.FirstChanceException -= Count;
        }

        Assert.Equal(0, thrown);
    }

    private static IGcmCipher New(bool isManaged, ReadOnlySpan<byte> key) => isManaged ? new BclGcm(key) : new OpenSslGcm(key);

    private static (byte[] Sealed, byte[] Tag) Seal(IGcmCipher cipher, byte[] nonce, byte[] associated, byte[] text)
    {
        byte[] sealedText = new byte[text.Length];
        byte[] tag = new byte[Aead.TagLength];
        cipher.Seal(nonce, associated, text, sealedText, tag);
        return (sealedText, tag);
    }

    private sealed record Sample(int Length, int Associated, int Seed, int Flip)
    {
        public (byte[] Key, byte[] Nonce, byte[] Associated, byte[] Text) Make()
        {
            var random = new SeededRandom((ulong)Seed);
            byte[] Bytes(int count)
            {
                byte[] bytes = new byte[count];
                random.Fill(bytes);
                return bytes;
            }

            return (Bytes(32), Bytes(12), Bytes(Associated), Bytes(Length));
        }
    }
}
