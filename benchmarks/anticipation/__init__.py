"""How often is the function that the next fix touches among the first that were anticipated?"""
