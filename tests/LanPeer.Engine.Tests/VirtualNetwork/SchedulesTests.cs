using System;
using System.Collections.Concurrent;
using System.Collections.Generic;
using System.Diagnostics;
using System.IO;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using LanPeer.VirtualNetwork;
using Xunit;

namespace LanPeer.Tests.VirtualNetwork;

/// <summary>Many seeds, and the way back to one of them.</summary>
public sealed class SchedulesTests
{
    /// <summary>Where the sample below leaves what it ran, when it is run as a process of its own.</summary>
    private const string ReportVariable = "LANPEER_SCHEDULE_REPORT";

    private static readonly ScheduleSettings s_plain = new(null, TimeSpan.Zero);

    [Fact]
    public void All_seeds_are_run_once_each()
    {
        var seeds = new ConcurrentBag<long>();

        int count = Schedules.Run(s_plain, "all", 50, 1_000, schedule => seeds.Add(schedule.Seed));

        Assert.Equal(50, count);
        Assert.Equal(Enumerable.Range(1_000, 50).Select(seed => (long)seed), seeds.Order());
    }

    [Fact]
    public void A_failure_names_the_lowest_seed_its_cause_the_command_and_what_happened_last()
    {
        ScheduleFailedException failure = Assert.Throws<ScheduleFailedException>(() => Schedules.Run(s_plain, "sample", 100, 500, schedule =>
        {
            VirtualLan lan = schedule.NewLan();
            VirtualSocket a = lan.AddSocket("10.77.0.1", 9_000);
            lan.Run(2);
            a.Broadcast("the last word");
            schedule.Note("something was noted");
            if (schedule.Seed % 7 == 0)
            {
                throw new InvalidOperationException($"{schedule.Seed} is a multiple of seven");
            }
        }));

        Assert.Equal(504, failure.Seed);
        Assert.IsType<InvalidOperationException>(failure.InnerException);
        Assert.Contains("Schedule 504 of 'sample' failed: 504 is a multiple of seven", failure.Message, StringComparison.Ordinal);
        Assert.Contains(Schedules.ReplayCommand(504, nameof(A_failure_names_the_lowest_seed_its_cause_the_command_and_what_happened_last), "/x/tests/LanPeer.Engine.Tests/F.cs"), failure.Message, StringComparison.Ordinal);
        Assert.Contains("2.000 10.77.0.1:9000 > 255.255.255.255:50999 13 bytes: the last word", failure.Message, StringComparison.Ordinal);
        Assert.Contains("2.000 -- something was noted", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_report_has_the_last_lines_in_the_order_of_time()
    {
        var schedule = new Schedule(1);
        VirtualLan lan = schedule.NewLan();
        VirtualSocket a = lan.AddSocket("10.77.0.1", 9_000);
        for (int i = 0; i < 100; i++)
        {
            a.Broadcast($"packet {i}");
            schedule.Note($"note {i}");
            lan.Run(1);
        }

        string[] lines = [.. schedule.LastLines(4)];

        Assert.Equal(4, lines.Length);
        Assert.EndsWith("packet 98", lines[0], StringComparison.Ordinal);
        Assert.Equal("98.000 -- note 98", lines[1]);
        Assert.EndsWith("packet 99", lines[2], StringComparison.Ordinal);
        Assert.Equal("99.000 -- note 99", lines[3]);
        Assert.StartsWith("at 100.000 s, 100 datagrams", schedule.Summary(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/_/tests/LanPeer.Engine.Tests/Protocol/A.cs", "tests/LanPeer.Engine.Tests")]
    [InlineData(@"C:\src\tests\LanPeer.Cmdlets.Tests\A.cs", "tests/LanPeer.Cmdlets.Tests")]
    [InlineData("A.cs", "tests/LanPeer.Engine.Tests")]
    public void The_command_names_the_project_of_the_test(string file, string project)
        => Assert.EndsWith($"dotnet test --project {project} --filter-method \"*.Some_test\"", Schedules.ReplayCommand(-5, "Some_test", file), StringComparison.Ordinal);

    [Fact]
    public void The_environment_is_understood_or_refused()
    {
        Assert.Equal(new ScheduleSettings(null, TimeSpan.Zero), ScheduleSettings.Parse(null, ""));
        Assert.Equal(new ScheduleSettings(-12, TimeSpan.FromMinutes(90)), ScheduleSettings.Parse("-12", "1.5"));
        Assert.All((string[])["x", "1.5", "0x10", "99999999999999999999"], seed => Assert.Throws<FormatException>(() => ScheduleSettings.Parse(seed, null)));
        Assert.All((string[])["x", "-1", "169", "1e9", "NaN", "Infinity"], hours => Assert.Throws<FormatException>(() => ScheduleSettings.Parse(null, hours)));
    }

    [Fact]
    public void Hours_bring_fresh_seeds_beyond_the_usual_ones()
    {
        var seeds = new ConcurrentBag<long>();

        int count = Schedules.Run(new ScheduleSettings(null, TimeSpan.FromMilliseconds(50)), "hours", 3, 1, schedule => seeds.Add(schedule.Seed));

        Assert.True(count > 3);
        Assert.Equal(count, seeds.Count);
        Assert.Subset(seeds.ToHashSet(), new HashSet<long> { 1, 2, 3 });
    }

    /// <summary>Runs as any schedule does; the next test runs it again by the command it would print.</summary>
    [Fact]
    public void A_sample_of_ten_schedules()
    {
        string? report = Environment.GetEnvironmentVariable(ReportVariable);
        var lines = new ConcurrentBag<string>();

        Schedules.Run("sample", 10, 4_000, schedule =>
        {
            Scenario.Draw(schedule, new ScenarioOptions { Calm = TimeSpan.Zero, Adversary = new AdversaryOptions() }).Run();
            lines.Add($"{schedule.Seed} {schedule.Hash}");
        });

        Assert.NotEmpty(lines);
        if (report is not null)
        {
            File.WriteAllLines(report, lines.Order(StringComparer.Ordinal));
        }
    }

    [Fact]
    public async Task The_replay_command_runs_that_schedule_alone_in_another_process_and_it_is_the_same()
    {
        const long Seed = 4_007;
        string command = Schedules.ReplayCommand(Seed, nameof(A_sample_of_ten_schedules), "/x/tests/LanPeer.Engine.Tests/A.cs");
        string report = Path.GetTempFileName();
        try
        {
            // The test program itself instead of `dotnet test --project ...`, which would build what is running.
            var start = new ProcessStartInfo(Environment.ProcessPath!) { RedirectStandardOutput = true, RedirectStandardError = true };
            if (Path.GetFileNameWithoutExtension(start.FileName) == "dotnet")
            {
                start.ArgumentList.Add(typeof(SchedulesTests).Assembly.Location);
            }

            start.ArgumentList.Add("--filter-method");
            start.ArgumentList.Add(command.Split("--filter-method ")[1].Trim('"'));
            start.Environment[ScheduleSettings.SeedVariable] = $"{Seed}";
            start.Environment[ReportVariable] = report;
            using Process process = Process.Start(start)!;
            using var patience = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
            patience.CancelAfter(TimeSpan.FromMinutes(2));
            Task<string> errors = process.StandardError.ReadToEndAsync(patience.Token);
            string output = await process.StandardOutput.ReadToEndAsync(patience.Token);
            await process.WaitForExitAsync(patience.Token);

            Assert.True(process.ExitCode == 0, $"exit code {process.ExitCode}\n{output}\n{await errors}");
            var here = new Schedule(Seed);
            Scenario.Draw(here, new ScenarioOptions { Calm = TimeSpan.Zero, Adversary = new AdversaryOptions() }).Run();
            Assert.Equal([$"{Seed} {here.Hash}"], await File.ReadAllLinesAsync(report, TestContext.Current.CancellationToken));
        }
        finally
        {
            File.Delete(report);
        }
    }
}
