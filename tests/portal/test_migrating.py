"""`migrate` killed in the middle of a migration, and done again, finishes."""

from __future__ import annotations

STARTED = "  Applying "


def test_killed_in_several_migrations_it_finishes_when_done_again(empty):
    for kills in (2, 5, 9):
        process = empty.start("django", "migrate")
        seen = 0
        while seen < kills and (part := process.stdout.read(len(STARTED))):
            line = part + process.stdout.read(1)
            while not line.endswith(("...", "\n")):
                line += process.stdout.read(1)
            seen += STARTED in line
        process.kill()  # in the middle of what was just begun
        process.communicate()

    empty.manage("migrate", "--verbosity=0")

    empty.manage("migrate", "--check")
    empty.run("fill")
