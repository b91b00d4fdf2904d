import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Crashes } from '../src/crashes';

const MINUTE = 60_000;

test('five restarts within three minutes, and no sixth', () => {
  const crashes = new Crashes();
  assert.deepEqual([0, 1, 2, 3, 4, 5].map((second) => crashes.again(second * 1000)), [true, true, true, true, true, false]);
});

test('what is longer ago does not count', () => {
  const crashes = new Crashes();
  for (let minute = 0; minute < 60; minute++) {
    assert.ok(crashes.again(minute * MINUTE));
  }
});

test('a start by the user begins anew', () => {
  const crashes = new Crashes();
  for (let number = 0; number < 6; number++) {
    crashes.again(number);
  }
  crashes.forget();
  assert.ok(crashes.again(7));
});
