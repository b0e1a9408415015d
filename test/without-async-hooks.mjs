import asyncHooks from 'node:async_hooks'
import { syncBuiltinESMExports } from 'node:module'

// The test runner follows each promise from where it began, to say in which test an error was that nobody caught. That costs a
// fifth of the time of tests that wait much. Without it such an error fails the file all the same, and is said with its stack.
asyncHooks.createHook = () => ({ enable () { return this }, disable () { return this } })
syncBuiltinESMExports()
