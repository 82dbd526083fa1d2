using System;
using System.Collections.Generic;

namespace LanPeer.Fuzz;

/// <summary>The fuzzer by hand. It ends with 0, with 1 after a finding, with 2 for a command line that makes no sense.</summary>
internal static class Program
{
    private static int Main(string[] arguments)
    {
        try
        {
            var options = FuzzOptions.Parse(arguments);
            if (options.List)
            {
                foreach (FuzzTarget target in FuzzTargets.All)
                {
                    Console.WriteLine($"{target.Name,-14} {target.About}");
                }

                return 0;
            }

            var targets = new List<FuzzTarget>();
            foreach (string name in options.Targets)
            {
                targets.Add(FuzzTargets.Find(name) ?? throw new FormatException($"'{name}' is no target; --list shows them."));
            }

            return new Fuzzer(options, Console.Out).Run(targets.Count > 0 ? targets : FuzzTargets.All) ? 0 : 1;
        }
        catch (FormatException error)
        {
            Console.Error.WriteLine(error.Message);
            Console.Error.WriteLine(FuzzOptions.Usage);
            return 2;
        }
    }
}
