using System.Globalization;
using System.IO;
using System.Threading;

namespace LanPeer.Benchmarks;

/// <summary>Where threads run.</summary>
internal static class Cores
{
    /// <summary>Binds all threads of this process, those of the runtime too, and of some others to one core, or with -1 to all.</summary>
    public static void Pin(int core, params int[] processes)
    {
        PinThreads("self", core);
        foreach (int process in processes)
        {
            PinThreads(process.ToString(CultureInfo.InvariantCulture), core);
        }

        Thread.Yield();
    }

    private static void PinThreads(string process, int core)
    {
        foreach (string path in Directory.GetDirectories($"/proc/{process}/task"))
        {
            NativeBaseline.Pin(int.Parse(Path.GetFileName(path), CultureInfo.InvariantCulture), core);
        }
    }
}
