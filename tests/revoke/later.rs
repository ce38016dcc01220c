//! What could not be done at once is done later: after the agent was locked, ended, or killed.
