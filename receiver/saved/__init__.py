"""The formats that saved telemetry comes in, each read piece by piece."""
