using System;
using System.Collections.Generic;
using System.Linq;
using FsCheck;
using FsCheck.Fluent;
using LanPeer.Security;
using Xunit;

namespace LanPeer.Tests.Security;

public sealed class PinPropertyTests
{
    private static readonly DateTimeOffset s_start = new(2030, 1, 31, 12, 0, 0, TimeSpan.Zero);
    private static readonly Config s_config = Config.QuickThrowOnFailure.WithQuietOnSuccess(true).WithMaxTest(2_000).WithEndSize(120);
    private static readonly PublicIdentity[] s_people = [.. Enumerable.Range(0, 7).Select(_ => Someone.New())];

    // Two names that differ in case, more ids than one pin keeps.
    private static readonly string[] s_userIds =
        ["alice@a", "Alice@a", "alice@b", "bob@a", "bob@b", .. Enumerable.Range(0, 10).Select(i => $"roamer@10.77.0.{i}")];

    private enum Act
    {
        Meet,
        Approve,
        ApproveUnmet,
        Block,
        Unblock,
        Remove,
        Merge,
    }

    private static readonly Arbitrary<List<Step>> s_steps = Arb.From(
        (from act in Gen.Frequency((12, Gen.Constant(Act.Meet)), (3, Gen.Elements(Enum.GetValues<Act>())))
         from who in Gen.Elements(s_people)
         from userId in Gen.Elements(s_userIds)
         from minutes in Gen.Choose(-30, 90)
         select new Step(act, who, userId, minutes)).ListOf().Select(steps => steps.ToList()));

    [Fact]
    public void Whatever_happens_the_book_stays_in_order()
        => Prop.ForAll(s_steps, steps => Run(steps, (_, book, _, _) => IsInOrder(book))).Check(s_config);

    [Fact]
    public void Only_a_person_moves_a_user_id_to_another_identity_or_undoes_a_decision()
        => Prop.ForAll(s_steps, steps => Run(steps, (step, book, before, verdict) =>
        {
            bool isDecision = step.Act is Act.Approve or Act.ApproveUnmet or Act.Block or Act.Unblock or Act.Remove;
            foreach (Pin pin in before)
            {
                Pin? after = book.Find(pin.PeerId);
                if ((pin.State != PinState.Pinned && after?.State != pin.State && !(isDecision && pin.PeerId == step.Who.PeerId))
                    || (after is not null && pin.UserIds.Any(id => book.OwnerOf(id) is string owner && owner != pin.PeerId && step.Act != Act.Approve)))
                {
                    return false;
                }
            }

            return verdict is not (PinVerdict.Conflict or PinVerdict.Blocked or PinVerdict.Full) || book.ToArray().SequenceEqual(before);
        })).Check(s_config);

    [Fact]
    public void A_version_stands_for_what_is_to_be_saved()
    {
        long version = 0;
        Prop.ForAll(s_steps, steps =>
        {
            version = 0;
            return Run(steps, (step, book, before, _) =>
            {
                // Of a meeting's time the hour counts; a file is merged to the tick.
                bool isSame = book.ToArray().Select(Coarse).SequenceEqual(before.Select(Coarse));
                bool holds = book.Version >= version && (isSame == (book.Version == version) || (isSame && step.Act == Act.Merge));
                version = book.Version;
                return holds;
            });
        }).Check(s_config);
    }

    [Fact]
    public void A_book_read_back_is_the_same_book()
        => Prop.ForAll(s_steps, steps => Run(steps, (_, book, _, _) =>
        {
            Pin[] pins = book.ToArray();
            return PinDocument.TryRead(PinDocument.Write(pins), out Pin[] read, out _) && read.SequenceEqual(pins)
                && PinBook.Load(read) is { Version: 0 } copy && copy.ToArray().SequenceEqual(pins) && IsInOrder(copy);
        })).Check(s_config.WithMaxTest(200).WithEndSize(30));

    private static Pin Coarse(Pin pin) => pin with { LastSeen = new DateTimeOffset(pin.LastSeen.Ticks / TimeSpan.TicksPerHour * TimeSpan.TicksPerHour, TimeSpan.Zero) };

    private static bool Run(List<Step> steps, Func<Step, PinBook, Pin[], PinVerdict?, bool> holds)
    {
        var book = new PinBook(5);
        DateTimeOffset now = s_start;
        foreach (Step step in steps)
        {
            now = now.AddMinutes(step.Minutes);
            Pin[] before = book.ToArray();
            PinVerdict? verdict = null;
            switch (step.Act)
            {
                case Act.Meet:
                    PinVerdict judged = book.Judge(step.Who, step.UserId);
                    verdict = book.Meet(step.Who, step.UserId, now);
                    if (verdict != judged && (verdict, judged) != (PinVerdict.Full, PinVerdict.New))
                    {
                        return false;
                    }

                    break;
                case Act.Approve:
                    book.Approve(step.Who.PeerId, step.Who, step.UserId, now);
                    break;
                case Act.ApproveUnmet:
                    book.Approve(step.Who.PeerId, null, null, now);
                    break;
                case Act.Block:
                    book.Block(step.Who.PeerId, null, now);
                    break;
                case Act.Unblock:
                    book.Unblock(step.Who.PeerId);
                    break;
                case Act.Remove:
                    book.Remove(step.Who.PeerId);
                    break;
                default:
                    book.Merge([new Pin { PeerId = step.Who.PeerId, Keys = step.Who, State = (PinState)(step.UserId.Length % 3), UserIds = [step.UserId], FirstSeen = now, LastSeen = now }]);
                    break;
            }

            if (!holds(step, book, before, verdict))
            {
                return false;
            }
        }

        return true;
    }

    private static bool IsInOrder(PinBook book)
    {
        Pin[] pins = book.ToArray();
        string[] ids = [.. pins.SelectMany(pin => pin.UserIds)];
        return pins.Length == book.Count && pins.Length <= 5
            && pins.Select(pin => pin.PeerId).SequenceEqual(pins.Select(pin => pin.PeerId).Distinct().Order(StringComparer.Ordinal))
            && ids.Distinct(StringComparer.OrdinalIgnoreCase).Count() == ids.Length
            && pins.All(pin => pin.UserIds.Count <= Pin.MaxUserIds && pin.UserIds.All(id => book.OwnerOf(id) == pin.PeerId)
                && (pin.Keys is null ? pin.State != PinState.Pinned : pin.Keys.PeerId == pin.PeerId))
            && s_userIds.All(id => book.HasUserId(id) == ids.Contains(id, StringComparer.OrdinalIgnoreCase))
            && new[] { "alice", "bob", "roamer" }.All(name => book.HasName(name) == ids.Any(id => id.StartsWith(name + "@", StringComparison.OrdinalIgnoreCase)));
    }

    private sealed record Step(Act Act, PublicIdentity Who, string UserId, int Minutes);
}
