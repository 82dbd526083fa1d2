using System;
using LanPeer.Wire;

namespace LanPeer.State;

/// <summary>What is wrong with the state folder, in a user's words. The engine's root makes a LanPeerException of it.</summary>
/// <param name="errorId">One of the public error ids.</param>
/// <param name="message">What happened.</param>
/// <param name="recommendedAction">What the user can do about it.</param>
/// <param name="innerException">What caused it, if anything did.</param>
internal sealed class StateException(string errorId, string message, string recommendedAction, Exception? innerException = null)
    : Exception(VisibleText.Line(message), innerException)
{
    public string ErrorId { get; } = errorId;

    public string RecommendedAction { get; } = VisibleText.Line(recommendedAction);
}
