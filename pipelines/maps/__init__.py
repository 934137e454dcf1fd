"""Any export by data, not code: a map says where in a file our tables' columns stand."""
