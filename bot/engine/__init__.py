"""The dialogue engine of Nitka as Rasa runs it: stateless, one turn in, one answer out.

Owns everything that stands between Rasa and the service: the turn channel, the tracker
store whose state travels with the request, the NLU components of our own, training and
serving. Owns no business rule and keeps nothing between two turns.
"""
