"""How good and how steady forecasts of cost and finish are."""
