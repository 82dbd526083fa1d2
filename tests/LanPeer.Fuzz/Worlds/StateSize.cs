using System;
using System.Collections.Concurrent;
using System.Collections.Generic;
using System.Linq;
using System.Reflection;
using System.Runtime.CompilerServices;

namespace LanPeer.Fuzz;

/// <summary>
/// Bytes an object and all it holds take, roughly, by walking its fields. Unlike the heap's size it is that of one peer
/// alone, and the same in every run.
/// </summary>
internal static class StateSize
{
    private const int ObjectHeader = 16;
    private const int Reference = 8;

    private static readonly ConcurrentDictionary<Type, FieldInfo[]> s_fields = new();

    public static long Of(object root)
    {
        var seen = new HashSet<object>(ReferenceEqualityComparer.Instance);
        var left = new Stack<object>();
        long bytes = 0;
        Push(root);
        while (left.TryPop(out object? one))
        {
            bytes += ObjectHeader;
            if (one is string text)
            {
                bytes += 2 * text.Length;
            }
            else if (one is Array array)
            {
                bytes += OfArray(array);
            }
            else
            {
                bytes += OfFields(one);
            }
        }

        return bytes;

        void Push(object? value)
        {
            // What the platform keeps behind a handle is bounded by the handles; the virtual network is no part of a peer.
            if (value is not null and not (Delegate or Type or Pointer)
                && value.GetType().Namespace is not ("System.Threading" or "System.Reflection" or "LanPeer.VirtualNetwork") && seen.Add(value))
            {
                left.Push(value);
            }
        }

        long OfArray(Array array)
        {
            Type element = array.GetType().GetElementType()!;
            if (element.IsPrimitive || element.IsEnum)
            {
                return element.IsPrimitive ? Buffer.ByteLength(array) : Reference * array.Length;
            }

            long sum = 0;
            foreach (object? item in array)
            {
                sum += element.IsValueType ? OfFields(item!) : Reference;
                if (!element.IsValueType)
                {
                    Push(item);
                }
            }

            return sum;
        }

        long OfFields(object of)
        {
            long sum = 0;
            foreach (FieldInfo field in FieldsOf(of.GetType()))
            {
                Type type = field.FieldType;
                if (type.IsPrimitive || type.IsEnum || type.IsPointer)
                {
                    sum += Reference;
                }
                else if (!type.IsValueType)
                {
                    sum += Reference;
                    Push(field.GetValue(of));
                }
                else if (!type.IsByRefLike && field.GetValue(of) is object value)
                {
                    sum += OfFields(value);
                }
            }

            return sum;
        }
    }

    private static FieldInfo[] FieldsOf(Type type) => s_fields.GetOrAdd(type, static of => [.. Ancestors(of).SelectMany(
        one => one.GetFields(BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly))]);

    private static IEnumerable<Type> Ancestors(Type type)
    {
        for (Type? one = type; one is not null; one = one.BaseType)
        {
            yield return one;
        }
    }
}
