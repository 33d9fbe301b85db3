import { defineWords } from '../../../ui-kit/i18n/words.ts'

/** What the customer's side of the counter says. */
export const displayWords = defineWords(
  'display',
  {
    'display.welcome': 'Welcome',
    'display.wait': 'One moment, please',
    'display.total': 'Total',
    'display.items_one': '{{count}} item',
    'display.items_other': '{{count}} items',
    'display.basket': 'Your basket',
    'display.thanks': 'Thank you',
    'display.given': 'Received',
    'display.change': 'Your change',
    'display.paid': 'Paid',
  },
  {
    'display.welcome': 'Bienvenue',
    'display.wait': 'Un instant, s’il vous plaît',
    'display.total': 'Total',
    'display.items_one': '{{count}} article',
    'display.items_other': '{{count}} articles',
    'display.basket': 'Vos articles',
    'display.thanks': 'Merci',
    'display.given': 'Reçu',
    'display.change': 'À vous rendre',
    'display.paid': 'Payé',
  },
  {
    'display.welcome': 'Willkommen',
    'display.wait': 'Einen Augenblick bitte',
    'display.total': 'Summe',
    'display.items_one': '{{count}} Artikel',
    'display.items_other': '{{count}} Artikel',
    'display.basket': 'Ihr Einkauf',
    'display.thanks': 'Vielen Dank',
    'display.given': 'Erhalten',
    'display.change': 'Ihr Rückgeld',
    'display.paid': 'Bezahlt',
  },
)
