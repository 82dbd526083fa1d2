using System;
using System.Collections.Generic;
using System.Linq;
using System.Reflection;
using System.Reflection.Emit;

namespace LanPeer.Tests.Architecture;

/// <summary>What a compiled type refers to: in its declaration and in the bodies of its methods.</summary>
internal static class References
{
    private const BindingFlags All = BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Static | BindingFlags.Instance | BindingFlags.DeclaredOnly;

    private static readonly Dictionary<short, OpCode> s_opCodes = typeof(OpCodes).GetFields(BindingFlags.Public | BindingFlags.Static)
        .Select(field => (OpCode)field.GetValue(null)!).ToDictionary(code => code.Value);

    /// <summary>The members a type uses, as "Namespace.Type" and "Namespace.Type.Member".</summary>
    public static HashSet<string> Of(Type type)
    {
        var found = new HashSet<string>();
        Add(found, type.BaseType);
        foreach (Type one in type.GetInterfaces())
        {
            Add(found, one);
        }

        foreach (FieldInfo field in type.GetFields(All))
        {
            Add(found, field.FieldType);
        }

        foreach (MethodBase method in type.GetMethods(All).Cast<MethodBase>().Concat(type.GetConstructors(All)))
        {
            AddSignature(found, method);
            AddBody(found, method);
        }

        foreach (CustomAttributeData attribute in type.GetCustomAttributesData())
        {
            Add(found, attribute.AttributeType);
        }

        return found;
    }

    private static void AddSignature(HashSet<string> found, MethodBase method)
    {
        Add(found, (method as MethodInfo)?.ReturnType);
        foreach (ParameterInfo parameter in method.GetParameters())
        {
            Add(found, parameter.ParameterType);
        }

        if (method.IsGenericMethod)
        {
            foreach (Type argument in method.GetGenericArguments())
            {
                Add(found, argument);
            }
        }
    }

    private static void AddBody(HashSet<string> found, MethodBase method)
    {
        if (method.GetMethodBody() is not MethodBody body)
        {
            return;
        }

        foreach (LocalVariableInfo local in body.LocalVariables)
        {
            Add(found, local.LocalType);
        }

        foreach (ExceptionHandlingClause clause in body.ExceptionHandlingClauses)
        {
            Add(found, clause.Flags == ExceptionHandlingClauseOptions.Clause ? clause.CatchType : null);
        }

        foreach (int token in Tokens(body.GetILAsByteArray()!))
        {
            AddMember(found, method.Module.ResolveMember(
                token, method.DeclaringType!.GetGenericArguments(), method.IsGenericMethod ? method.GetGenericArguments() : null));
        }
    }

    private static void AddMember(HashSet<string> found, MemberInfo? member)
    {
        if (member is Type type)
        {
            Add(found, type);
            return;
        }

        Add(found, member?.DeclaringType);
        found.Add($"{Name(member?.DeclaringType)}.{member?.Name}");
        if (member is FieldInfo field)
        {
            Add(found, field.FieldType);
        }
        else if (member is MethodBase method)
        {
            AddSignature(found, method);
        }
    }

    /// <summary>The metadata tokens in a method's code (ECMA-335 §III).</summary>
    private static IEnumerable<int> Tokens(byte[] code)
    {
        int at = 0;
        while (at < code.Length)
        {
            OpCode operation = code[at] == 0xFE ? s_opCodes[(short)(0xFE00 | code[at + 1])] : s_opCodes[code[at]];
            at += operation.Size;
            if (operation.OperandType is OperandType.InlineMethod or OperandType.InlineField or OperandType.InlineType or OperandType.InlineTok)
            {
                yield return BitConverter.ToInt32(code, at);
            }

            at += operation.OperandType switch
            {
                OperandType.InlineNone => 0,
                OperandType.ShortInlineBrTarget or OperandType.ShortInlineI or OperandType.ShortInlineVar => 1,
                OperandType.InlineVar => 2,
                OperandType.InlineI8 or OperandType.InlineR => 8,
                OperandType.InlineSwitch => 4 + (4 * BitConverter.ToInt32(code, at)),
                _ => 4,
            };
        }
    }

    private static void Add(HashSet<string> found, Type? type)
    {
        if (type is null || type.IsGenericParameter)
        {
            return;
        }

        if (type.HasElementType)
        {
            Add(found, type.GetElementType());
            return;
        }

        // A type may refer to itself in its arguments; what was seen is not looked at again.
        if (found.Add(Name(type)) || type.IsConstructedGenericType)
        {
            foreach (Type argument in type.IsConstructedGenericType ? type.GetGenericArguments() : [])
            {
                Add(found, argument);
            }
        }
    }

    private static string Name(Type? type) => type is null ? "" : $"{type.Namespace}.{(type.IsNested ? $"{Outermost(type).Name}+{type.Name}" : type.Name)}";

    private static Type Outermost(Type type) => type.DeclaringType is Type outer ? Outermost(outer) : type;
}
