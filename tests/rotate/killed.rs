//! The agent is killed in the middle of a rotation: the same command finishes it after a restart.
