"""What people of finance run on our journals, and the numbers that they read there."""

import decimal
import subprocess


def ran(*words):
    """What a program printed that did not fail."""
    done = subprocess.run([str(word) for word in words], capture_output=True, text=True)
    assert done.returncode == 0, (words, done.stdout[-2000:], done.stderr[-2000:])
    return done.stdout


def minor_of(number):
    """An exact decimal in minor units."""
    minor = decimal.Decimal(number) * 100
    assert minor == int(minor), number
    return int(minor)
