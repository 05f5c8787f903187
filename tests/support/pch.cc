// Holds the precompiled gtest that all test programs share.
