"""Prices, costs and estimates."""
